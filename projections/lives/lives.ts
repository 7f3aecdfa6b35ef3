/**
 * Follows anomalies through their lives for read models that count: each lifecycle event becomes a move from where the
 * anomaly stood to where it stands, with the producer it is charged to. Later events name neither.
 */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { AnomalyEvent, DomainEvent } from '../../domain/events/schema.js'
import type { UnixMillis } from '../../domain/ids.js'

export type Life = {
  /** Producer whose signature covers the message, 64 hex digits; '' where nobody's does. Whoever is only named is not
   * charged, and cannot fill tables with names either. */
  readonly producer: string
  readonly state: LifecycleState
  /** Why it is there; '' where the state needs no reason. */
  readonly reason: string
}

export type Move = { readonly anomalyId: string; readonly before: Life | undefined; readonly after: Life; readonly at: UnixMillis }

export type Lives = {
  /** Undefined for events that are no anomaly's. Throws for an anomaly that was never published, or is a second time. */
  follow(event: DomainEvent): Move | undefined
  /** Those that moved, as they stand now. */
  changed(): ReadonlyMap<string, Life>
}

/** @param known where anomalies stood before; those not in it did not exist */
export function createLives(known: ReadonlyMap<string, Life>): Lives {
  const changed = new Map<string, Life>()
  return {
    follow(event) {
      if (!isAnomalyEvent(event)) return undefined
      const { anomalyId, at } = event.data
      const before = changed.get(anomalyId) ?? known.get(anomalyId)
      const after = lifeAfter(before, event)
      changed.set(anomalyId, after)
      return { anomalyId, before, after, at }
    },
    changed: () => changed,
  }
}

export const isAnomalyEvent = (event: DomainEvent): event is AnomalyEvent => event.type.startsWith('Anomaly')

function lifeAfter(before: Life | undefined, event: AnomalyEvent): Life {
  if (event.type === 'AnomalyPublished') {
    const { anomalyId, authentic, producerId } = event.data
    if (before !== undefined) throw new Error(`anomaly ${anomalyId} is published a second time`)
    return { producer: authentic ? producerId ?? '' : '', state: 'PUBLISHED', reason: '' }
  }
  if (before === undefined) throw new Error(`anomaly ${event.data.anomalyId} was never published`)
  return { producer: before.producer, ...standingOf(event) }
}

/** Where an event puts an anomaly, and why. A reason is a fact about its life, never about its truth. */
export function standingOf(event: Exclude<AnomalyEvent, { type: 'AnomalyPublished' }>): Pick<Life, 'state' | 'reason'> {
  switch (event.type) {
    case 'AnomalyAdmitted': return { state: 'ADMITTED', reason: '' }
    case 'AnomalyCommitted': return { state: 'COMMITTED', reason: '' }
    case 'AnomalyRejected': return { state: 'REJECTED', reason: event.data.code }
    case 'AnomalyTimedOut': return { state: 'TIMEOUT', reason: event.data.stage === 'PUBLISHED' ? 'NOT_ADMITTED' : 'NOT_COMMITTED' }
    case 'AnomalyExpired': return { state: 'EXPIRED', reason: 'NOT_COMMITTED' }
  }
}
