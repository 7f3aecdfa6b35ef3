/** The life of an anomaly as facts; shapes are in domain/events/schema.ts with all other events of the log. */
export type { AdmittedBy, AnomalyEvent, Placement, RejectedBy } from '../events/schema.js'

export const LIFECYCLE_STATES = ['PUBLISHED', 'ADMITTED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED'] as const
export type LifecycleState = (typeof LIFECYCLE_STATES)[number]
