/** Anomalies and their lives. */
export const anomalies = /* GraphQL */ `
  enum LifecycleState { PUBLISHED ADMITTED COMMITTED REJECTED TIMEOUT EXPIRED }

  type AnomalyConnection { edges: [AnomalyEdge!]! nodes: [Anomaly!]! pageInfo: PageInfo! }
  type AnomalyEdge { cursor: String! node: Anomaly! }

  type Anomaly implements Node {
    id: ID!
    "The id that the message claims, where it is not authentic or its id was taken."
    claimedId: String
    "Whether an allow-listed producer's signature covers the message."
    authentic: Boolean!
    state: LifecycleState!
    type: String
    source: String
    "Address that the detector accuses, as the payload says."
    sourceAddress: String
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
    "How long each stage took."
    durations: LifecycleDurations!
    "The block that holds it."
    block: Block
    txIndex: Int
    txHash: String
    "That the newest step of its life is in the audit tree; null until a checkpoint covers it."
    proof: AuditProof
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
    "All validators whose signatures stand behind the step: of receipts, or of the block's certificate."
    signers: [Validator!]!
    reason: String
    "The same as a code: of a refusal, or NOT_ADMITTED or NOT_COMMITTED."
    reasonCode: String
  }

  "Milliseconds; null for what has not ended."
  type LifecycleDurations {
    "From publication to admission."
    admissionMs: Long
    "From admission to the block."
    commitMs: Long
    "From publication to the end."
    totalMs: Long
  }
`
