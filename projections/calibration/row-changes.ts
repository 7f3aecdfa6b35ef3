/**
 * Folds the events of a batch into calibration rows: what a publication says once and for all, and what later events
 * set. An outcome says how a lifecycle ended, never whether the detection was true: that is for verdicts alone.
 */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { AnomalyEvent, EventData, Placement } from '../../domain/events/schema.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { isAnomalyEvent, standingOf } from '../lives/lives.js'
import { labelOf, verdictIn, verdictsAfter, type GivenVerdict, type StandingVerdict, type VerdictLabel } from '../../domain/verdict/standing-verdicts.js'

/** What later events set. A field that is absent keeps what it was; one that is null is emptied. */
export type LaterFacts = {
  readonly updatedPosition: number
  readonly outcome?: LifecycleState
  readonly reason?: string | null
  readonly admittedAt?: number
  readonly settledAt?: number
  readonly placement?: Placement
  /** The verdicts that stand, all of them, with what they make of it. */
  readonly judged?: { readonly verdicts: readonly StandingVerdict[]; readonly label: VerdictLabel | null }
}

export type CalibrationInsert = LaterFacts & { readonly published: EventData<'AnomalyPublished'>; readonly position: number }

export type CalibrationChanges = {
  readonly inserted: ReadonlyMap<string, CalibrationInsert>
  /** Of anomalies published before this batch. */
  readonly updated: ReadonlyMap<string, LaterFacts>
}

export type CalibrationFold = { visit(recorded: Pick<RecordedEvent, 'event' | 'position'>): void; finish(): CalibrationChanges }

/** @param known anomalies that have a row, with the verdicts that stand there */
export function createCalibrationFold(known: ReadonlyMap<string, readonly StandingVerdict[]>): CalibrationFold {
  const inserted = new Map<string, CalibrationInsert>()
  const updated = new Map<string, LaterFacts>()

  const set = (anomalyId: string, facts: LaterFacts): void => {
    const row = inserted.get(anomalyId)
    if (row !== undefined) inserted.set(anomalyId, { ...row, ...facts })
    else updated.set(anomalyId, { ...updated.get(anomalyId), ...facts })
  }

  /** A verdict speaks of the anomaly that bears the id; where a message could not bear its own there is no row of it. */
  const judge = (given: GivenVerdict, position: number): void => {
    const { anomalyId } = given.verdict
    if (!inserted.has(anomalyId) && !known.has(anomalyId)) return
    const before = (inserted.get(anomalyId) ?? updated.get(anomalyId))?.judged?.verdicts ?? known.get(anomalyId) ?? []
    const verdicts = verdictsAfter(before, given)
    set(anomalyId, { updatedPosition: position, judged: { verdicts, label: labelOf(verdicts) } })
  }

  return {
    visit({ event, position }) {
      const given = verdictIn(event)
      if (given !== undefined) judge(given, position)
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
      set(anomalyId, factsOf(event, position))
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
