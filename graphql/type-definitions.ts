/** The schema as callers see it. */
export const typeDefinitions = /* GraphQL */ `
  "A whole number up to 2^53 - 1, written as a JSON number."
  scalar Long
  "A time, RFC 3339 in UTC."
  scalar Time

  enum LifecycleState { PUBLISHED ADMITTED COMMITTED REJECTED TIMEOUT EXPIRED }

  """
  Reads no less than a position of the event log: waits until the read models that are asked have reached it, at most
  waitMs (5000, at most 60000), else the error NOT_YET says where they stand. An answer says in extensions.position where they stood.
  """
  directive @read(minPosition: Long, waitMs: Int) on QUERY

  type Query {
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

  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

  type AnomalyConnection { edges: [AnomalyEdge!]! nodes: [Anomaly!]! pageInfo: PageInfo! }
  type AnomalyEdge { cursor: String! node: Anomaly! }

  type Anomaly {
    id: ID!
    "The id that the message claims, where it is not authentic or its id was taken."
    claimedId: String
    "Whether an allow-listed producer's signature covers the message."
    authentic: Boolean!
    state: LifecycleState!
    type: String
    source: String
    severity: Int
    confidence: Float
    producerId: String
    modelVersion: String
    contentHash: String
    messageHash: String!
    publishedAt: Time!
    settledAt: Time
    rejectCode: String
    "The steps of its life so far, in order."
    lifecycle: [LifecycleStep!]!
    "The block that holds it."
    block: Block
    txIndex: Int
    txHash: String
    "What analysts say of it, newest first, also what was superseded; at most 200."
    verdicts: [Verdict!]!
    "Accepted evidence that names it, newest first; verdicts are not among it. At most 200."
    evidence: [EvidenceReport!]!
  }

  enum VerdictKind {
    TRUE_POSITIVE
    FALSE_POSITIVE
    "True, and nothing to worry about."
    BENIGN
    "Another anomaly tells the same."
    DUPLICATE
  }

  "An analyst's signed word on one anomaly: the only truth there is."
  type Verdict {
    "Id of the message that carries it."
    id: ID!
    verdict: VerdictKind!
    "Public key of the analyst."
    reporterId: ID!
    incidentId: String!
    "The anomaly that it repeats."
    duplicateOf: ID
    notes: String
    givenAt: Time!
    "The verdict of the same analyst whose place it took."
    supersedes: ID
    "The one that took its place; null while it stands."
    supersededBy: ID
    block: Block
    blockHeight: Long!
    txHash: String!
  }

  type EvidenceReportConnection { edges: [EvidenceReportEdge!]! nodes: [EvidenceReport!]! pageInfo: PageInfo! }
  type EvidenceReportEdge { cursor: String! node: EvidenceReport! }

  "Evidence as a block carries it. The evidence itself is in the event log, in the stream report-<id>."
  type EvidenceReport {
    id: ID!
    type: String!
    "Public key of the reporter."
    reporterId: ID!
    signScheme: String!
    "SHA-256 of the evidence."
    contentHash: String!
    messageHash: String!
    sizeBytes: Long!
    "What it is about, 32 bytes each."
    refs: [String!]!
    "Through whose hands it came, from whoever collected it to the reporter."
    custody: [CustodyLink!]!
    "What it says, where it is a verdict."
    verdict: Verdict
    "success or failed."
    status: String!
    "Why it failed."
    code: String
    reportedAt: Time!
    recordedAt: Time!
    block: Block
    blockHeight: Long!
    txIndex: Int!
    txHash: String!
    "Position in the event log."
    logPosition: Long!
  }
  type CustodyLink { "Public key of the holder." actorId: ID! handedOnAt: Time! }

  enum EvidenceKind {
    "The message as it was received."
    MESSAGE
    "One validator's signed admission receipt."
    RECEIPT
    "Signed refusals of f+1 validators."
    RECEIPTS
    "A block that a quorum certified."
    BLOCK
    "The recorder's clock."
    CLOCK
  }

  type LifecycleStep {
    state: LifecycleState!
    at: Time!
    "Milliseconds since the step before; null for the first."
    durationMs: Long
    evidence: EvidenceKind!
    "The validator whose word it is; the first one where there are several."
    validator: Validator
    reason: String
  }

  type BlockConnection { edges: [BlockEdge!]! nodes: [Block!]! pageInfo: PageInfo! }
  type BlockEdge { cursor: String! node: Block! }

  type Block {
    height: Long!
    hash: String!
    parentHash: String!
    stateRoot: String!
    txRoot: String!
    txCount: Int!
    view: Long!
    epoch: Long!
    timestamp: Time!
    committedAt: Time!
    proposerId: String!
    proposer: Validator
    certificateView: Long!
    "How many validators signed the block's certificate."
    certificateSigners: Int!
    "The block's certificate, base64."
    certificate: String!
    "The certificate that makes the block final, base64."
    commitCertificate: String!
    "Position of the block in the event log."
    logPosition: Long!
    transactions: [Transaction!]!
  }

  type Transaction {
    hash: String!
    index: Int!
    kind: String!
    status: String!
    "Why it failed."
    code: String
    anomalyId: ID
    anomaly: Anomaly
    producerId: String
    contentHash: String
  }

  type Validator {
    id: ID!
    name: String
    publicKey: String
    peerId: String
    isActive: Boolean!
    "Its score as a leader, 0 to 100: 100 takes its turns, less mostly gives them to others, 0 never leads."
    reputation: Float!
    "Proven to contradict itself: it votes, but never leads again."
    isJailed: Boolean!
    "Views it led that ended without a block."
    failures: Long!
    "Proofs against it."
    evidenceCount: Long!
    blocksProposed: Long!
    "Committed blocks whose certificate it signed."
    blocksVoted: Long!
    lastSeenAt: Time
  }

  "One validator at the round table. What is null is not known: it does not answer."
  type Seat {
    name: String!
    validatorId: ID!
    isUp: Boolean!
    "The view it is in; of a stopped one, the last it voted in or gave up."
    view: Long
    "Name of the leader of that view, as this validator elects."
    leader: String
    "View and height of the highest certificate it knows."
    highQcView: Long
    highQcHeight: Long
    committedHeight: Long
    stateRoot: String
    "Views it saw end without a certificate since it started."
    viewChanges: Long
    "Its share of turns to lead, 0 to 100, in the state that it holds."
    score: Int
    isJailed: Boolean
    "Why it has stopped signing for good."
    halted: String
    "Messages of peers that it refused since it started."
    refusedMessages: Long
    peers: [SeatPeer!]!
  }

  "What a validator last heard of another one."
  type SeatPeer {
    name: String!
    isConnected: Boolean!
    lastSeenAt: Time
    "As that one said itself."
    view: Long
    committedHeight: Long
    "Points for bad messages; at a hundred its messages are not read for a while."
    points: Int!
    cutOffForMs: Long!
  }

  enum ValidatorEvidenceKind {
    "Two different votes for one view."
    DUPLICATE_VOTE
    "Two blocks proposed for one view."
    DUPLICATE_PROPOSAL
  }

  type ValidatorEvidence {
    kind: ValidatorEvidenceKind!
    offenderId: ID!
    offender: Validator
    "The view that it signed two things for."
    view: Long!
    "The block that carries the proof."
    block: Block
    blockHeight: Long!
    txHash: String!
    "Who proposed that block."
    reporterId: ID!
    reporter: Validator
    recordedAt: Time!
  }

  type Producer {
    id: ID!
    committed: Long!
    "Refusals of messages with its valid signature."
    refused: [RefusalCount!]!
    "Committed anomalies that analysts confirm, and that they call false."
    confirmed: Long!
    falsePositives: Long!
    "0 to 100; refusals that a stranger can cause do not count."
    reputation: Int!
  }
  type RefusalCount { code: String! count: Long! }

  enum ReputationSubject { VALIDATOR PRODUCER }

  enum PolicyOutcome { APPLIED FAILED }

  type PolicyConnection { edges: [PolicyEdge!]! nodes: [Policy!]! pageInfo: PageInfo! }
  type PolicyEdge { cursor: String! node: Policy! }

  type Policy {
    policyId: ID!
    "add, remove, update, enable or disable."
    action: String!
    "threshold, blacklist, whitelist, feature_flag, rate_limit, model_param, producer or model."
    rule: String!
    "Canonical JSON, as it was signed."
    params: String!
    "The first height at which it works."
    effectiveHeight: Long!
    "The first at which it works no more."
    expirationHeight: Long
    "The policy that ends where this one begins."
    rollbackOf: ID
    "Public key of whoever signed it."
    authority: ID!
    authorityName: String
    outcome: PolicyOutcome!
    "Why it changes nothing; null where it was applied."
    code: String
    blockHeight: Long!
    txIndex: Int!
    txHash: ID!
    "Position of the event behind it."
    logPosition: Long!
    issuedAt: Time!
    recordedAt: Time!
  }

  type Rules {
    height: Long!
    "Those in force, in the order in which blocks carried them."
    policies: [Policy!]!
    thresholds: [Threshold!]!
    flags: [FeatureFlag!]!
    "Models whose detections are taken; null where all are."
    models: [String!]
    rateLimits: [RateLimit!]!
  }

  type Threshold { kind: String! value: Float! }
  type FeatureFlag { flag: String! isOn: Boolean! }
  "A producer over its rate waits; nothing is dropped."
  type RateLimit { producer: ID! perSecond: Int! burst: Int! }

  type ReputationChangeConnection { edges: [ReputationChangeEdge!]! nodes: [ReputationChange!]! pageInfo: PageInfo! }
  type ReputationChangeEdge { cursor: String! node: ReputationChange! }

  type ReputationChange {
    kind: ReputationSubject!
    subjectId: ID!
    "0 to 100."
    before: Int!
    after: Int!
    "Of validators FAILED_TO_LEAD, SIGNED, LED or CONTRADICTED; of producers COMMITTED, FALSE_POSITIVE, VERDICT_CHANGED, or the code of a refusal."
    reason: String!
    "The newest block then; 0 before the first."
    blockHeight: Long!
    "Position of the event behind it."
    logPosition: Long!
    changedAt: Time!
  }

  type CalibrationRowConnection { edges: [CalibrationRowEdge!]! nodes: [CalibrationRow!]! pageInfo: PageInfo! }
  type CalibrationRowEdge { cursor: String! node: CalibrationRow! }

  "One anomaly as whoever calibrates detectors needs it. What it names is null where the message did not say it."
  type CalibrationRow {
    anomalyId: ID!
    "Position of its publication in the event log."
    position: Long!
    "Whether an allow-listed producer's signature covers the message; without it all below is a stranger's word."
    authentic: Boolean!
    producerId: String
    source: String
    type: String
    severity: Float
    features: [Feature!]!
    engineScores: [EngineScore!]!
    "Score of the ensemble before calibration."
    rawScore: Float
    logLikelihoodRatio: Float
    calibratedScore: Float
    confidence: Float
    modelVersion: String
    modelHash: String
    "Why the detector sent it: publish, or what its payload says."
    decision: String!
    "How its lifecycle ended, which says nothing about truth; null while it is in flight."
    outcome: LifecycleState
    reason: String
    "The verdicts that stand."
    verdicts: [StandingVerdict!]!
    "What more analysts say than say anything else; null without verdicts and where they do not agree."
    label: String
    detectedAt: Time
    publishedAt: Time!
    settledAt: Time
    blockHeight: Long
    txIndex: Long
    txHash: String
  }
  type StandingVerdict { id: ID! verdict: VerdictKind! reporterId: ID! }
  type Feature { name: String! value: Float! }
  type EngineScore { engine: String! score: Float! threshold: Float fired: Boolean! }

  "One hour, UTC, that begins at hour."
  type Hour { hour: Time! byReason: [HourCount!]! }
  "So many anomalies came to a state in an hour; reason is null where the state needs none."
  type HourCount { state: LifecycleState! reason: String count: Long! }

  type StateRoot { height: Long! root: String! }
  type AuditRoot { size: Long! root: String! }
  type Counts { published: Long! admitted: Long! committed: Long! rejected: Long! timeout: Long! expired: Long! inFlight: Long! }
  type Projection { name: String! version: Int! position: Long! lagEvents: Long! lagMs: Long! }
`
