/**
 * Wakes readers when the log grows, also when another process wrote. There is no cross-process notification on LMDB,
 * so one cheap look at the length is repeated: every millisecond while events flow, every 10 ms when idle.
 */
import { pause } from '../entries.js'

const BUSY_DELAY_MS = 1
const IDLE_DELAY_MS = 10

/** @param currentLength reads the length afresh; undefined once the log is closed, which ends every wait */
export function createGrowthWatch(currentLength: () => number | undefined): (length: number, signal: AbortSignal) => Promise<number> {
  return async (length, signal) => {
    let delayMs = BUSY_DELAY_MS
    for (;;) {
      const now = currentLength()
      if (now === undefined || now > length || signal.aborted) return now ?? length
      await pause(delayMs, signal)
      delayMs = Math.min(delayMs * 1.5, IDLE_DELAY_MS)
    }
  }
}
