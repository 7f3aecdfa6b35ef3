/** Evidence with its chain of custody, and verdicts of analysts. */
export const reports = /* GraphQL */ `
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
  type EvidenceReport implements Node {
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
`
