/** Counts, roots and positions. */
export const totals = /* GraphQL */ `
  "One hour, UTC, that begins at hour."
  type Hour { hour: Time! byReason: [HourCount!]! }
  "So many anomalies came to a state in an hour; reason is null where the state needs none."
  type HourCount { state: LifecycleState! reason: String count: Long! }

  type StateRoot { height: Long! root: String! }
  type AuditRoot { size: Long! root: String! }
  type Counts { published: Long! admitted: Long! committed: Long! rejected: Long! timeout: Long! expired: Long! inFlight: Long! }
  type Projection { name: String! version: Int! position: Long! lagEvents: Long! lagMs: Long! }
`
