/** Folds an anomaly's events into its state. Total: it never refuses, decide.ts does. */
import type { AnomalyEvent, LifecycleState } from './events.js'
import type { UnixMillis } from '../ids.js'

export type Anomaly = {
  readonly state: LifecycleState
  readonly publishedAt: UnixMillis
  /** Undefined before ADMITTED. */
  readonly admittedAt: UnixMillis | undefined
}

/** An anomaly nobody has heard of. */
export const initialState: Anomaly | undefined = undefined

export function evolve(anomaly: Anomaly | undefined, event: AnomalyEvent): Anomaly {
  switch (event.type) {
    case 'AnomalyPublished': return { state: 'PUBLISHED', publishedAt: event.data.at, admittedAt: undefined }
    case 'AnomalyAdmitted': return { ...known(anomaly), state: 'ADMITTED', admittedAt: event.data.at }
    case 'AnomalyRejected': return { ...known(anomaly), state: 'REJECTED' }
    case 'AnomalyTimedOut': return { ...known(anomaly), state: 'TIMEOUT' }
    case 'AnomalyExpired': return { ...known(anomaly), state: 'EXPIRED' }
    case 'AnomalyCommitted': return { ...known(anomaly), state: 'COMMITTED' }
  }
}

function known(anomaly: Anomaly | undefined): Anomaly {
  if (anomaly === undefined) throw new Error('an anomaly stream must begin with AnomalyPublished')
  return anomaly
}
