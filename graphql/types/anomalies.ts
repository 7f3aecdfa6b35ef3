/** Anomalies and their lives. */
export const anomalies = /* GraphQL */ `
  enum LifecycleState { PUBLISHED ADMITTED COMMITTED REJECTED TIMEOUT EXPIRED }

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
`
