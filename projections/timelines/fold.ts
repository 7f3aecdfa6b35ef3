/**
 * Folds anomaly events into timelines. An anomaly stays in the set of every state it has passed, so the size of
 * PUBLISHED is the number ever published; its hash says where it stands now.
 */
import { decodeAnomaly } from '../../domain/message/anomaly.js'
import { decodeReceipt } from '../../domain/receipt.js'
import { bytesToHex } from '../../domain/bytes.js'
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { AnomalyEvent } from '../../domain/events/schema.js'
import { forEachEvent } from '../runtime/fold.js'
import type { BatchEntry } from '../runtime/projection.js'
import { ALL_TIMELINE, anomalyKey, stateTimeline } from './keys.js'
import type { HashFields, ScoredMember } from './store.js'

export type TimelineChanges = {
  readonly scores: ReadonlyMap<string, readonly ScoredMember[]>
  readonly hashes: ReadonlyMap<string, HashFields>
}

export function foldTimelines(entries: readonly BatchEntry[]): TimelineChanges {
  const scores = new Map<string, ScoredMember[]>()
  const hashes = new Map<string, HashFields>()
  const score = (key: string, scored: ScoredMember): void => {
    const members = scores.get(key)
    if (members === undefined) scores.set(key, [scored])
    else members.push(scored)
  }
  forEachEvent(entries, ({ event }) => {
    if (!event.type.startsWith('Anomaly')) return
    const anomaly = event as AnomalyEvent
    const { anomalyId: member, at } = anomaly.data
    const state = STATE_OF[anomaly.type]
    const seconds = at / 1000
    const fields = fieldsOf(anomaly)
    score(stateTimeline(state), { member, score: seconds })
    if (anomaly.type === 'AnomalyPublished') score(ALL_TIMELINE, { member, score: seconds })
    const key = anomalyKey(member)
    hashes.set(key, { ...hashes.get(key), state, [`${state.toLowerCase()}_at`]: String(seconds), ...fields })
  })
  return { scores, hashes }
}

const STATE_OF: Readonly<Record<AnomalyEvent['type'], LifecycleState>> = {
  AnomalyPublished: 'PUBLISHED', AnomalyAdmitted: 'ADMITTED', AnomalyCommitted: 'COMMITTED',
  AnomalyRejected: 'REJECTED', AnomalyTimedOut: 'TIMEOUT', AnomalyExpired: 'EXPIRED',
}

function fieldsOf(event: AnomalyEvent): HashFields {
  switch (event.type) {
    case 'AnomalyPublished': {
      const { anomalyType, confidence, severity, message } = event.data
      const rawScore = rawScoreOf(message)
      return {
        ...(anomalyType === null ? {} : { anomaly_type: anomalyType }),
        ...(confidence === null ? {} : { confidence: String(confidence) }),
        ...(rawScore === undefined ? {} : { raw_score: String(rawScore) }),
        ...(severity === null ? {} : { severity: String(severity) }),
      }
    }
    case 'AnomalyAdmitted': {
      const { by } = event.data
      if (by.kind === 'block') return { block_height: String(by.placement.height) }
      const { signature } = decodeReceipt(Buffer.from(by.receipt.receipt, 'base64'))
      return { validator_id: by.receipt.validator, signature: bytesToHex(signature) }
    }
    case 'AnomalyRejected': {
      const { by, code } = event.data
      return { reason: code, ...(by.kind === 'execution' ? { block_height: String(by.placement.height) } : { validator_id: by.receipts[0]?.validator ?? '' }) }
    }
    case 'AnomalyTimedOut': return { reason: `no progress for ${event.data.waitedForMs} ms` }
    case 'AnomalyExpired': return { reason: 'not committed while it was valid' }
    case 'AnomalyCommitted': return { block_height: String(event.data.placement.height), reason: '' }
  }
}

/** What the detector's ensemble gave, as its payload says it; undefined where the message or the payload says nothing. */
function rawScoreOf(message: string): number | undefined {
  const decoded = decodeAnomaly(Buffer.from(message, 'base64'))
  if (!decoded.ok) return undefined
  try {
    const { final_score: score } = JSON.parse(Buffer.from(decoded.message.payload).toString('utf8')) as { readonly final_score?: unknown }
    return typeof score === 'number' ? score : undefined
  } catch {
    return undefined
  }
}
