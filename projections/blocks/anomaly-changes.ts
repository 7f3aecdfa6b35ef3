/**
 * Folds the anomaly events of a batch into one change an anomaly: where it stands afterwards, which columns that
 * sets, and what it does to the totals. An anomaly keeps the time of every state it has passed.
 */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { AnomalyEvent } from '../../domain/events/schema.js'
import type { AnomalyId } from '../../domain/ids.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { bytesOfHex, timeOfMillis } from '../sql/values.js'
import { publishedRow, type AnomalyRow, type LifecycleColumns } from './anomaly-row.js'

export type AnomalyChanges = {
  /** Anomalies published in this batch. */
  readonly inserted: ReadonlyMap<AnomalyId, AnomalyRow>
  /** Columns that change of anomalies published before. */
  readonly updated: ReadonlyMap<AnomalyId, LifecycleColumns>
  readonly totals: ReadonlyMap<LifecycleState, { readonly current: number; readonly ever: number }>
}

export type AnomalyFold = { visit(recorded: RecordedEvent): void; finish(): AnomalyChanges }

/** @param states where the anomalies of this batch stood before it; those not in it did not exist */
export function createAnomalyFold(states: ReadonlyMap<string, LifecycleState>): AnomalyFold {
  const inserted = new Map<AnomalyId, AnomalyRow>()
  const updated = new Map<AnomalyId, LifecycleColumns>()
  const totals = new Map<LifecycleState, { current: number; ever: number }>()
  const count = (state: LifecycleState, current: number, ever: number): void => {
    const total = totals.get(state) ?? { current: 0, ever: 0 }
    totals.set(state, { current: total.current + current, ever: total.ever + ever })
  }
  const currentOf = (id: AnomalyId): LifecycleState | undefined => inserted.get(id)?.state ?? updated.get(id)?.state ?? states.get(id)

  return {
    visit(recorded) {
      const event = recorded.event
      if (!isAnomalyEvent(event)) return
      const { anomalyId } = event.data
      const before = currentOf(anomalyId)
      if (event.type === 'AnomalyPublished') {
        if (before !== undefined) throw new Error(`anomaly ${anomalyId} is published a second time`)
        inserted.set(anomalyId, publishedRow(event.data, recorded.position))
        count('PUBLISHED', 1, 1)
        return
      }
      if (before === undefined) throw new Error(`anomaly ${anomalyId} was never published`)
      const change = changeOf(event, recorded.position)
      const row = inserted.get(anomalyId)
      if (row !== undefined) inserted.set(anomalyId, { ...row, ...change })
      else updated.set(anomalyId, { ...updated.get(anomalyId), ...change })
      count(before, -1, 0)
      count(change.state, 1, 1)
    },
    finish: () => ({ inserted, updated, totals }),
  }
}

export const isAnomalyEvent = (event: RecordedEvent['event']): event is AnomalyEvent => event.type.startsWith('Anomaly')

function changeOf(event: Exclude<AnomalyEvent, { type: 'AnomalyPublished' }>, position: number): LifecycleColumns {
  const at = timeOfMillis(event.data.at)
  switch (event.type) {
    case 'AnomalyAdmitted': {
      const { by } = event.data
      return {
        state: 'ADMITTED', updatedPosition: position, admittedAt: at, admittedBy: by.kind,
        admittedValidator: by.kind === 'receipt' ? bytesOfHex(by.receipt.validator) : null,
      }
    }
    case 'AnomalyRejected': {
      const { by, code } = event.data
      return {
        state: 'REJECTED', updatedPosition: position, rejectedAt: at, settledAt: at, rejectCode: code, rejectedBy: by.kind,
        ...(by.kind === 'receipts'
          ? { rejectedValidators: JSON.stringify(by.receipts.map(({ validator }) => validator)) }
          : placed(by.placement)),
      }
    }
    case 'AnomalyTimedOut':
      return { state: 'TIMEOUT', updatedPosition: position, timeoutAt: at, settledAt: at, waitedMs: event.data.waitedForMs }
    case 'AnomalyExpired':
      return { state: 'EXPIRED', updatedPosition: position, expiredAt: at, settledAt: at, validUntil: timeOfMillis(event.data.validUntil) }
    case 'AnomalyCommitted':
      return { state: 'COMMITTED', updatedPosition: position, committedAt: at, settledAt: at, ...placed(event.data.placement) }
  }
}

const placed = ({ height, txIndex, txId }: { height: number; txIndex: number; txId: string }) =>
  ({ blockHeight: height, txIndex, txHash: bytesOfHex(txId) })

