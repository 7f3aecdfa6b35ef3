/**
 * Rate limits of producers, as policies set them: a token bucket each. Whoever is over its rate waits in the backlog,
 * nothing is dropped. What passes follows from the limits, the arrivals and the readings of the clock alone.
 */
import type { ProducerId, UnixMillis } from '../../domain/ids.js'
import { fullBucket, refill, type TokenBucket } from '../../domain/policy/token-bucket.js'
import type { RulesInForce } from '../../domain/policy/rules-at.js'
import type { PendingTransaction } from './mempool.js'

export type RateGate = {
  mayPass(pending: PendingTransaction): boolean
  /** It went into the pool. */
  passed(pending: PendingTransaction): void
}

export const OPEN_GATE: RateGate = { mayPass: () => true, passed: () => undefined }

export function createRateGate(rules: () => Pick<RulesInForce, 'rateLimits' | 'whitelist'>, clock: () => UnixMillis): RateGate {
  const buckets = new Map<ProducerId, TokenBucket>()

  /** Undefined where nothing limits it. */
  function bucketOf({ tx, producer }: PendingTransaction): TokenBucket | undefined {
    if (producer === undefined || tx.kind !== 'event') return undefined
    const { rateLimits, whitelist } = rules()
    const limit = rateLimits.get(producer)
    if (limit === undefined || whitelist.producers.has(producer)) {
      buckets.delete(producer)
      return undefined
    }
    const now = clock()
    const bucket = refill(buckets.get(producer) ?? fullBucket(limit, now), limit, now)
    buckets.set(producer, bucket)
    return bucket
  }

  return {
    mayPass(pending) {
      const bucket = bucketOf(pending)
      return bucket === undefined || bucket.tokens >= 1
    },
    passed(pending) {
      const bucket = bucketOf(pending)
      if (bucket !== undefined) buckets.set(pending.producer as ProducerId, { ...bucket, tokens: bucket.tokens - 1 })
    },
  }
}
