/** Counts, roots and positions. */
export const totals = /* GraphQL */ `
  "One hour, UTC, that begins at hour."
  type Hour { hour: Time! byReason: [HourCount!]! }
  "So many anomalies came to a state in an hour; reason is null where the state needs none."
  type HourCount { state: LifecycleState! reason: String count: Long! }

  type StateRoot { height: Long! root: String! }
  type AuditRoot { size: Long! root: String! }
  type Counts { published: Long! admitted: Long! committed: Long! rejected: Long! timeout: Long! expired: Long! inFlight: Long! }
  "An event that a read model could not apply."
  type DeadLetter { projection: String! position: Long! eventId: ID eventType: String error: String! attempts: Int firstAt: Time lastAt: Time }
  type Projection { name: String! version: Int! position: Long! lagEvents: Long! lagMs: Long! }
`
