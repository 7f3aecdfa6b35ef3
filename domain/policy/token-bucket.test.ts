import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UnixMillis } from '../ids.js'
import { fullBucket, refill } from './token-bucket.js'

test('a bucket lets no more through than its burst and its rate since, whatever the clock does', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), fc.array(fc.integer({ min: -500, max: 2000 }), { maxLength: 60 }), (perSecond, burst, steps) => {
    const limit = { perSecond, burst }
    let [now, latest, passed] = [1000, 1000, 0]
    let bucket = fullBucket(limit, now as UnixMillis)
    for (const step of steps) {
      now += step
      latest = Math.max(latest, now)
      bucket = refill(bucket, limit, now as UnixMillis)
      while (bucket.tokens >= 1) {
        bucket = { ...bucket, tokens: bucket.tokens - 1 }
        passed += 1
      }
    }
    expect(passed).toBeLessThanOrEqual(burst + ((latest - 1000) * perSecond) / 1000 + 1e-6)
  }))
})
