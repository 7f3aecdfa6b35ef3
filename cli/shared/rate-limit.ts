/** Paces work: `take` resolves `perSecond` times a second on average, in order. A second that was missed is made up for, not more. */
import { setTimeout as sleep } from 'node:timers/promises'

export type RateLimit = { take(): Promise<void> }

const MADE_UP_MS = 1000

export function createRateLimit(perSecond: number, signal: AbortSignal): RateLimit {
  const intervalMs = 1000 / perSecond
  let nextAt: number | undefined
  return {
    async take() {
      const now = performance.now()
      const at = nextAt === undefined ? now : Math.max(now - MADE_UP_MS, nextAt)
      nextAt = at + intervalMs
      if (at > now) await sleep(at - now, undefined, { signal }).catch(() => undefined) // Aborted: the caller looks.
    },
  }
}
