/** Producers, and what changed the standing of producers and validators. */
export const reputation = /* GraphQL */ `
  type Producer implements Node {
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
`
