/**
 * Folds the anomaly events of a batch into calibration rows: what a publication says once and for all, and what later
 * events set. An outcome says how a lifecycle ended, never whether the detection was true.
 */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { AnomalyEvent, EventData, Placement } from '../../domain/events/schema.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { isAnomalyEvent, standingOf } from '../lives/lives.js'

/** What later events set. A field that is absent keeps what it was; one that is null is emptied. */
export type LaterFacts = {
  readonly updatedPosition: number
  readonly outcome?: LifecycleState
  readonly reason?: string | null
  readonly admittedAt?: number
  readonly settledAt?: number
  readonly placement?: Placement
}

export type CalibrationInsert = LaterFacts & { readonly published: EventData<'AnomalyPublished'>; readonly position: number }

export type CalibrationChanges = {
  readonly inserted: ReadonlyMap<string, CalibrationInsert>
  /** Of anomalies published before this batch. */
  readonly updated: ReadonlyMap<string, LaterFacts>
}

export type CalibrationFold = { visit(recorded: Pick<RecordedEvent, 'event' | 'position'>): void; finish(): CalibrationChanges }

/** @param known anomalies that have a row */
export function createCalibrationFold(known: ReadonlySet<string>): CalibrationFold {
  const inserted = new Map<string, CalibrationInsert>()
  const updated = new Map<string, LaterFacts>()
  return {
    visit({ event, position }) {
      if (!isAnomalyEvent(event)) return
      const { anomalyId } = event.data
      const row = inserted.get(anomalyId)
      const isKnown = row !== undefined || known.has(anomalyId)
      if (event.type === 'AnomalyPublished') {
        if (isKnown) throw new Error(`anomaly ${anomalyId} is published a second time`)
        inserted.set(anomalyId, { published: event.data, position, updatedPosition: position })
        return
      }
      if (!isKnown) throw new Error(`anomaly ${anomalyId} was never published`)
      const facts = factsOf(event, position)
      if (row !== undefined) inserted.set(anomalyId, { ...row, ...facts })
      else updated.set(anomalyId, { ...updated.get(anomalyId), ...facts })
    },
    finish: () => ({ inserted, updated }),
  }
}

function factsOf(event: Exclude<AnomalyEvent, { type: 'AnomalyPublished' }>, position: number): LaterFacts {
  const { at } = event.data
  if (event.type === 'AnomalyAdmitted') return { updatedPosition: position, admittedAt: at }
  const { state, reason } = standingOf(event)
  const ended: LaterFacts = { updatedPosition: position, outcome: state, reason: reason === '' ? null : reason, settledAt: at }
  if (event.type === 'AnomalyCommitted') return { ...ended, placement: event.data.placement }
  if (event.type === 'AnomalyRejected' && event.data.by.kind === 'execution') return { ...ended, placement: event.data.by.placement }
  return ended
}
