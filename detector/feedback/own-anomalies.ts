/**
 * The detector's own anomalies and how far each has come: PUBLISHED, ADMITTED, then COMMITTED, REJECTED or TIMEOUT.
 * Bounded: the oldest are forgotten, and counted. Outcomes are facts about messages, never about what was detected.
 */
import type { AnomalyId, TxId } from '../../domain/ids.js'
import { forgetOldest } from './forget-oldest.js'

export type OwnState = 'PUBLISHED' | 'ADMITTED' | 'COMMITTED' | 'REJECTED' | 'TIMEOUT'

export type OwnCounters = Readonly<Record<OwnState, number>> & {
  /** Refused, by reason code. */
  readonly rejectedBy: Readonly<Record<string, number>>
  /** Forgotten before their end was known. */
  readonly forgotten: number
}

export type OwnAnomalies = {
  /** Remembers an anomaly before it is sent. */
  published(anomalyId: AnomalyId, txId: TxId, atMs: number): void
  admitted(anomalyId: AnomalyId): void
  rejected(anomalyId: AnomalyId, code: string): void
  committed(anomalyId: AnomalyId): void
  /** The id behind a transaction of ours. */
  idOf(txId: TxId): AnomalyId | undefined
  stateOf(anomalyId: AnomalyId): OwnState | undefined
  /** Calls time-outs: what nobody spoke of for so long. A later word still counts. */
  sweep(nowMs: number): void
  /** How many stand where now. */
  counters(): OwnCounters
}

export type OwnAnomaliesOptions = { readonly maxRemembered?: number; readonly timeoutMs?: number }

type Own = { state: OwnState; readonly txId: TxId; readonly sinceMs: number; code?: string }

/** A minute to be admitted and committed is what recorders wait too. */
export const DEFAULT_TIMEOUT_MS = 90_000
const DEFAULT_REMEMBERED = 100_000

export function createOwnAnomalies({ maxRemembered = DEFAULT_REMEMBERED, timeoutMs = DEFAULT_TIMEOUT_MS }: OwnAnomaliesOptions = {}): OwnAnomalies {
  const own = new Map<AnomalyId, Own>()
  const byTx = new Map<TxId, AnomalyId>()
  const states: Record<OwnState, number> = { PUBLISHED: 0, ADMITTED: 0, COMMITTED: 0, REJECTED: 0, TIMEOUT: 0 }
  const rejectedBy = new Map<string, number>()
  let forgotten = 0

  function move(anomalyId: AnomalyId, from: readonly OwnState[], to: OwnState, code?: string): void {
    const entry = own.get(anomalyId)
    if (entry === undefined || !from.includes(entry.state)) return
    states[entry.state] -= 1
    if (entry.code !== undefined) rejectedBy.set(entry.code, (rejectedBy.get(entry.code) ?? 0) - 1)
    states[to] += 1
    entry.state = to
    delete entry.code
    if (code === undefined) return
    entry.code = code
    rejectedBy.set(code, (rejectedBy.get(code) ?? 0) + 1)
  }

  return {
    published(anomalyId, txId, atMs) {
      if (own.has(anomalyId)) return
      own.set(anomalyId, { state: 'PUBLISHED', txId, sinceMs: atMs })
      byTx.set(txId, anomalyId)
      states.PUBLISHED += 1
      forgetOldest(own, maxRemembered, (_, entry) => {
        byTx.delete(entry.txId)
        if (entry.state === 'PUBLISHED' || entry.state === 'ADMITTED') forgotten += 1
      })
    },
    admitted: (anomalyId) => move(anomalyId, ['PUBLISHED', 'TIMEOUT'], 'ADMITTED'),
    rejected: (anomalyId, code) => move(anomalyId, ['PUBLISHED', 'ADMITTED', 'TIMEOUT'], 'REJECTED', code),
    // A quorum outranks a clock and a refusal.
    committed: (anomalyId) => move(anomalyId, ['PUBLISHED', 'ADMITTED', 'TIMEOUT', 'REJECTED'], 'COMMITTED'),
    idOf: (txId) => byTx.get(txId),
    stateOf: (anomalyId) => own.get(anomalyId)?.state,
    sweep(nowMs) {
      // In order of time: the first that is young enough ends it, but settled ones lie between.
      for (const [anomalyId, { sinceMs }] of own) {
        if (nowMs - sinceMs < timeoutMs) break
        move(anomalyId, ['PUBLISHED', 'ADMITTED'], 'TIMEOUT')
      }
    },
    counters: () => ({ ...states, rejectedBy: Object.fromEntries([...rejectedBy].filter(([, count]) => count > 0)), forgotten }),
  }
}
