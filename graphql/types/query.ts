/** What can be asked, how answers are paged, and the values all types share. */
export const query = /* GraphQL */ `
  "A whole number up to 2^53 - 1, written as a JSON number."
  scalar Long
  "A time, RFC 3339 in UTC."
  scalar Time

  """
  Reads no less than a position of the event log: waits until the read models that are asked have reached it, at most
  waitMs (5000, at most 60000), else the error NOT_YET says where they stand. An answer says in extensions.position where they stood.
  """
  directive @read(minPosition: Long, waitMs: Int) on QUERY

  "What an id names."
  interface Node { id: ID! }

  type Query {
    "Whatever has this id: an anomaly, a block, a transaction, a validator, a producer, a report or a policy; null where nothing has it."
    node(id: ID!): Node
    "At most 100."
    nodes(ids: [ID!]!): [Node]!
    "One anomaly, or null where it is not known."
    anomaly(id: ID!): Anomaly
    "Anomalies that match a filter, newest publication first. At most 200 a page."
    anomalies(filter: AnomalyFilter, first: Int, after: String, last: Int, before: String): AnomalyConnection!
    "Committed blocks, highest first. At most 200 a page."
    blocks(first: Int, after: String, last: Int, before: String): BlockConnection!
    "One committed block, or null above the newest."
    block(height: Long!): Block
    validators: [Validator!]!
    "Proofs that a validator contradicted itself, as blocks carry them, newest first; at most 200."
    evidence: [ValidatorEvidence!]!
    "Evidence and verdicts that blocks carry, newest first; those that failed say why. At most 200 a page."
    evidenceReports(filter: EvidenceReportFilter, first: Int, after: String, last: Int, before: String): EvidenceReportConnection!
    "Producers that were heard of, and what their signed messages came to."
    producers: [Producer!]!
    "Every change of a validator's or producer's score, newest first; subject is one's id. At most 200 a page."
    reputationChanges(subject: ID, first: Int, after: String, last: Int, before: String): ReputationChangeConnection!
    "Every policy a block has carried, newest first. At most 200 a page."
    policies(first: Int, after: String, last: Int, before: String): PolicyConnection!
    "What policies say at a height: of the next block unless told. What genesis says stands beside it."
    rules(height: Long): Rules!
    "What detectors said and what became of it, newest publication first. At most 200 a page."
    calibrationRows(first: Int, after: String, last: Int, before: String): CalibrationRowConnection!
    "Hours in which something happened, newest first: how many anomalies came to each state, and why. At most 744, 24 unless told."
    hours(first: Int, before: Time, producer: String): [Hour!]!
    "The newest agreed state root; null before the first block."
    stateRoot: StateRoot
    "How many anomalies have ever been in a state."
    timelineCount(state: LifecycleState!): Long!
    "Where all anomalies stand: published = committed + rejected + timeout + expired + inFlight."
    counts: Counts!
    "How far each read model is."
    projections: [Projection!]!
    "Events that read models could not apply, newest first; at most 200."
    deadLetters(projection: String): [DeadLetter!]!
    "Work on read models that operators began through this API, newest first."
    jobs: [Job!]!
    job(id: ID!): Job
    "One event of the log by its own position, from 0; null above the newest."
    event(position: Long!): LogEvent
    "The root of the audit tree over the event log; null while the log is empty."
    auditRoot: AuditRoot
    "Where each validator stands, as it says itself; of a stopped folder, what its disk knows."
    roundTable: [Seat!]!
    "Number of events in the log."
    logPosition: Long!
  }

  input AnomalyFilter {
    state: LifecycleState
    type: String
    "Lowest severity, 0 to 10."
    severity: Int
    "Public key of the producer, 64 hex digits."
    producer: String
    "Name of the sensor, as the message says."
    source: String
    "Address that the detector accuses, as the payload says."
    sourceAddress: String
    "A code of a refusal, or NOT_ADMITTED or NOT_COMMITTED where time ran out."
    reason: String
    "Published at or after."
    since: Time
    "Published before."
    until: Time
  }

  input EvidenceReportFilter {
    "Accepted reports that name this anomaly."
    anomaly: ID
    "Such as pcap or verdict."
    type: String
    "Public key of the reporter, 64 hex digits."
    reporter: String
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
    "What the log says from this position on is on none of these pages; cursors carry it."
    position: Long
  }
`
