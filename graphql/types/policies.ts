/** Policies, and the rules that they make. */
export const policies = /* GraphQL */ `
  enum PolicyOutcome {
    APPLIED
    FAILED
    "An authority signed it, and no block carried it in time."
    LAPSED
  }

  type PolicyConnection { edges: [PolicyEdge!]! nodes: [Policy!]! pageInfo: PageInfo! }
  type PolicyEdge { cursor: String! node: Policy! }

  type Policy implements Node {
    "The same as policyId."
    id: ID!
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
    "Why execution refused it; null where it did not."
    code: String
    "The block that carries it; null where it lapsed, as the two that follow."
    blockHeight: Long
    txIndex: Int
    txHash: ID
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
    "Files of models that claimed scores are checked with."
    registry: ModelRegistry!
    rateLimits: [RateLimit!]!
  }

  type ModelRegistry {
    "Whether scores of other files are refused."
    isClosed: Boolean!
    models: [RegisteredModel!]!
  }

  type RegisteredModel {
    "SHA-256 of the file, of the description of its features, and of what every machine makes of its golden vectors."
    modelHash: ID!
    featureSchema: ID!
    goldenResult: ID!
    kind: String!
    "shadow, canary, active or retired."
    stage: String!
    metrics: [ModelMetric!]!
  }

  "As whoever proposed the model measured it."
  type ModelMetric { name: String! value: Float! }
  type Threshold { kind: String! value: Float! }
  type FeatureFlag { flag: String! isOn: Boolean! }
  "A producer over its rate waits; nothing is dropped."
  type RateLimit { producer: ID! perSecond: Int! burst: Int! }
`
