/**
 * Paces work: `take` resolves `perSecond` times a second on average, in order, a few at a time where they are many: what goes
 * out together costs a request and not each one of its own. A second that was missed is made up for, not more.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export type RateLimit = { take(): Promise<void> }

const MADE_UP_MS = 1000
const SHORTEST_PAUSE_MS = 50

export function createRateLimit(perSecond: number, signal: AbortSignal): RateLimit {
  const intervalMs = 1000 / perSecond
  let nextAt: number | undefined
  return {
    async take() {
      const now = performance.now()
      const at = nextAt === undefined ? now : Math.max(now - MADE_UP_MS, nextAt)
      nextAt = at + intervalMs
      if (at > now) await sleep(Math.max(SHORTEST_PAUSE_MS, at - now), undefined, { signal }).catch(() => undefined) // Aborted: the caller looks.
    },
  }
}
