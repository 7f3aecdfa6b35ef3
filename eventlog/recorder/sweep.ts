/**
 * What has waited too long. A function of the index and the time; waiting is counted from when this recorder could
 * have known, so that what it has not read yet is never called late.
 */
import type { AnomalyId, UnixMillis } from '../../domain/ids.js'
import { factKey, readAnomaly, type AnomalyEntry } from './index/entries.js'
import type { FactReader } from './index/facts.js'
import type { Session } from './session.js'

export type SweepLimits = {
  /** PUBLISHED without an answer. */
  readonly admitTimeoutMs: number
  /** ADMITTED without a block. */
  readonly commitTimeoutMs: number
  /** |message time - block time| of genesis. */
  readonly skewMs: number
  /** Past its time by this much, no block with it is still on its way. */
  readonly expiryMarginMs: number
}

export const DEFAULT_SWEEP: Omit<SweepLimits, 'skewMs'> = { admitTimeoutMs: 30_000, commitTimeoutMs: 60_000, expiryMarginMs: 10_000 }

const IN_FLIGHT = factKey.inFlight('')
/** Most lifecycles one sweep settles; the rest is settled by the next. */
const SWEEP_LIMIT = 1000

export type Overdue =
  | { readonly kind: 'time-out'; readonly anomalyId: AnomalyId; readonly waitedForMs: number }
  | { readonly kind: 'expire'; readonly anomalyId: AnomalyId; readonly validUntil: UnixMillis }

/** @param startedAt when this recorder began to follow its feeds */
export function findOverdue(facts: FactReader, limits: SweepLimits, startedAt: UnixMillis, now: UnixMillis): readonly Overdue[] {
  const overdue: Overdue[] = []
  for (const key of facts.keys(IN_FLIGHT, Number.MAX_SAFE_INTEGER)) {
    const anomalyId = key.slice(IN_FLIGHT.length) as AnomalyId
    const entry = readAnomaly(facts, anomalyId)
    const knownSince = facts.get(key) as number
    if (entry === undefined) continue
    const found = overdueOf(anomalyId, entry, Math.max(knownSince, startedAt), limits, now)
    if (found !== undefined) overdue.push(found)
    if (overdue.length >= SWEEP_LIMIT) break
  }
  return overdue
}

function overdueOf(anomalyId: AnomalyId, { life, messageSeconds }: AnomalyEntry, knownSince: number, limits: SweepLimits, now: UnixMillis): Overdue | undefined {
  const timeOut = (limitMs: number): Overdue | undefined =>
    now - knownSince > limitMs ? { kind: 'time-out', anomalyId, waitedForMs: now - life.publishedAt } : undefined
  if (life.state === 'PUBLISHED') return timeOut(limits.admitTimeoutMs)
  if (life.state !== 'ADMITTED') return undefined
  const validUntil = messageSeconds === null ? undefined : messageSeconds * 1000 + limits.skewMs
  // A recorder that was away must first read what the chain did meanwhile.
  const hadTime = now - knownSince > limits.expiryMarginMs
  if (validUntil !== undefined && now > validUntil + limits.expiryMarginMs && hadTime) return { kind: 'expire', anomalyId, validUntil: validUntil as UnixMillis }
  return timeOut(limits.commitTimeoutMs)
}

export function recordOverdue(session: Session, overdue: readonly Overdue[], at: UnixMillis): void {
  for (const { anomalyId, ...found } of overdue) {
    if (found.kind === 'expire') session.command(anomalyId, { type: 'expire', data: { anomalyId, validUntil: found.validUntil, at } })
    else session.command(anomalyId, { type: 'time-out', data: { anomalyId, waitedForMs: found.waitedForMs, at } })
  }
}
