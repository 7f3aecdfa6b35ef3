/** What can be followed. */
export const subscription = /* GraphQL */ `
  """
  Events of the log, in order, from the position after on, then as they are recorded; without after from now on. Each is
  sent with its position as the event's id: whoever gives that as after, or as Last-Event-ID, goes on with the next one.
  """
  type Subscription {
    "Steps of lives: of one anomaly where it is named, and only those to a state where that is."
    lifecycle(anomalyId: ID, state: LifecycleState, after: Long): LifecycleEvent!
    blocks(after: Long): BlockEvent!
    "Every event as the log has it."
    events(after: Long): LogEvent!
  }

  type LifecycleEvent {
    "The log up to and with this event has this length: read models with minPosition at it know of it."
    position: Long!
    anomalyId: ID!
    state: LifecycleState!
    at: Time!
    "A code of a refusal, or NOT_ADMITTED or NOT_COMMITTED."
    reasonCode: String
    "Whose receipts stand behind it."
    validatorIds: [ID!]!
    blockHeight: Long
    "As the read model has it with this event, which is waited for."
    anomaly: Anomaly
  }

  type BlockEvent {
    position: Long!
    height: Long!
    hash: String!
    parentHash: String!
    stateRoot: String!
    txCount: Int!
    view: Long!
    proposerId: String!
    timestamp: Time!
    committedAt: Time!
    "As the read model has it, which is waited for."
    block: Block
  }

  type LogEvent {
    position: Long!
    id: ID!
    stream: String!
    type: String!
    at: Time!
    "Canonical JSON of what happened."
    data: String!
    "That it is in the audit tree; null until a checkpoint covers it."
    auditProof: AuditProof
  }
`
