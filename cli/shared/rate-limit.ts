/** A token bucket of one: `take` resolves at most `perSecond` times a second, in order. */
import { setTimeout as sleep } from 'node:timers/promises'

export type RateLimit = { take(): Promise<void> }

export function createRateLimit(perSecond: number, signal: AbortSignal): RateLimit {
  const intervalMs = 1000 / perSecond
  let nextAt = 0
  return {
    async take() {
      const now = performance.now()
      const at = Math.max(now, nextAt)
      nextAt = at + intervalMs
      if (at > now) await sleep(at - now, undefined, { signal }).catch(() => undefined) // Aborted: the caller looks.
    },
  }
}
