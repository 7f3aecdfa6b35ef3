/** A token bucket as a value: so much a second, and at most `burst` at once after a pause. */
import type { UnixMillis } from '../ids.js'
import type { RateLimit } from './change.js'

export type TokenBucket = { readonly tokens: number; readonly at: UnixMillis }

export const fullBucket = ({ burst }: RateLimit, now: UnixMillis): TokenBucket => ({ tokens: burst, at: now })

/** A clock that goes back gives nothing and takes nothing. */
export function refill({ tokens, at }: TokenBucket, { perSecond, burst }: RateLimit, now: UnixMillis): TokenBucket {
  const gained = (Math.max(0, now - at) * perSecond) / 1000
  return { tokens: Math.min(burst, tokens + gained), at: Math.max(at, now) as UnixMillis }
}
