/** Pauses between attempts: each twice as long as the one before, up to a limit, until the time for them is over. */
import { pause } from '../../platform/pause.js'

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 2000

export type Patience = {
  /** Pauses, or throws `error` where there is no time left. */
  pauseAfter(error: Error): Promise<void>
}

/** @param patienceMs Infinity: never gives up */
export function createPatience(patienceMs: number, signal: AbortSignal): Patience {
  const giveUpAt = Date.now() + patienceMs
  let pauseMs = FIRST_PAUSE_MS
  return {
    async pauseAfter(error) {
      if (Date.now() + pauseMs > giveUpAt) throw error
      // Not all at the same moment: a server that comes back has many clients.
      await pause(pauseMs * (0.5 + Math.random() / 2), signal)
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    },
  }
}
