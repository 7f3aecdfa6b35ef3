/** Events of the log as subscribers see them. `position` is where to go on: one above the event's own. */
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import type { LifecycleState } from '../../domain/anomaly/events.js'
import { encodeEvent } from '../../domain/events/codec.js'
import type { AnomalyEvent, EventType } from '../../domain/events/schema.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { standingOf } from '../../projections/lives/lives.js'

export const EVENT_OF_STATE: Readonly<Record<LifecycleState, EventType>> = {
  PUBLISHED: 'AnomalyPublished', ADMITTED: 'AnomalyAdmitted', REJECTED: 'AnomalyRejected', TIMEOUT: 'AnomalyTimedOut', EXPIRED: 'AnomalyExpired', COMMITTED: 'AnomalyCommitted',
}

export const positionAfter = ({ position }: Pick<RecordedEvent, 'position'>): number => position + 1

export function lifecycleEventOf(recorded: RecordedEvent): object {
  const event = recorded.event as AnomalyEvent
  const { state, reason } = event.type === 'AnomalyPublished' ? { state: 'PUBLISHED', reason: '' } : standingOf(event)
  return {
    position: positionAfter(recorded), anomalyId: event.data.anomalyId, state, at: new Date(event.data.at), reasonCode: reason === '' ? null : reason,
    validatorIds: signersOf(event), blockHeight: heightOf(event),
  }
}

function signersOf(event: AnomalyEvent): readonly string[] {
  if (event.type === 'AnomalyAdmitted') return event.data.by.kind === 'receipt' ? [event.data.by.receipt.validator] : []
  if (event.type === 'AnomalyRejected') return event.data.by.kind === 'receipts' ? event.data.by.receipts.map(({ validator }) => validator) : []
  return []
}

function heightOf(event: AnomalyEvent): number | null {
  if (event.type === 'AnomalyCommitted') return event.data.placement.height
  if (event.type === 'AnomalyAdmitted') return event.data.by.kind === 'block' ? event.data.by.placement.height : null
  if (event.type === 'AnomalyRejected') return event.data.by.kind === 'execution' ? event.data.by.placement.height : null
  return null
}

export function blockEventOf(recorded: RecordedEvent): object {
  const { event } = recorded
  if (event.type !== 'BlockCommitted') throw new Error(`${event.type} is no block`)
  const { height, blockHash: hash, parentHash, stateRoot, transactions, view, proposer: proposerId, timestamp, at } = event.data
  return { position: positionAfter(recorded), height, hash, parentHash, stateRoot, txCount: transactions.length, view, proposerId, timestamp: new Date(timestamp), committedAt: new Date(at) }
}

export function logEventOf(recorded: RecordedEvent): object {
  const { id, stream, event } = recorded
  return { position: positionAfter(recorded), id, stream, type: event.type, at: new Date(event.data.at), data: canonicalJson(encodeEvent(event).data as Json) }
}
