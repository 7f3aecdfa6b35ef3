/** Rows of the calibration data set. */
export const calibration = /* GraphQL */ `
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
    "Address that the detector accuses."
    sourceAddress: String
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
`
