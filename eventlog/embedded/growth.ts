/**
 * Wakes readers when the log grows, also when another process wrote. There is no cross-process notification on LMDB,
 * so one cheap look at the length is repeated: every millisecond while events flow, every 10 ms when idle.
 */
import { pause } from '../entries.js'

const BUSY_DELAY_MS = 1
const IDLE_DELAY_MS = 10

/** @param currentLength reads the length afresh */
export function createGrowthWatch(currentLength: () => number): (length: number, signal: AbortSignal) => Promise<number> {
  return async (length, signal) => {
    let delayMs = BUSY_DELAY_MS
    for (;;) {
      const now = currentLength()
      if (now > length || signal.aborted) return now
      await pause(delayMs, signal)
      delayMs = Math.min(delayMs * 1.5, IDLE_DELAY_MS)
    }
  }
}
