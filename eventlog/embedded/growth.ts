/**
 * Wakes readers when the log grows, also when another process wrote. One cheap look at the length is repeated for all
 * readers together: every millisecond while events flow, seldom when idle, never when nobody waits. Where the file
 * system tells of writes, an idle reader looks at once after one.
 */
const BUSY_DELAY_MS = 1
/** Where the file system tells nothing. */
const UNTOLD_DELAY_MS = 10
/** Should a sign be missed, a reader is late by this much and no more. */
const TOLD_DELAY_MS = 500

export type GrowthWatch = {
  readonly waitForGrowth: (length: number, signal: AbortSignal) => Promise<number>
  /** Something was written: looks again soon, and quickly for a while, since a sign comes a moment before the commit. */
  readonly sign: () => void
}

type Waiter = { readonly beyond: number; readonly wake: (length: number) => void }

/**
 * @param currentLength reads the length afresh; undefined once the log is closed, which ends every wait
 * @param isTold whether `sign` is called for what other processes write
 */
export function createGrowthWatch(currentLength: () => number | undefined, isTold: () => boolean): GrowthWatch {
  const waiters = new Set<Waiter>()
  let timer: NodeJS.Timeout | undefined
  let delayMs = BUSY_DELAY_MS

  const look = (): void => {
    timer = undefined
    const now = currentLength()
    let hasGrown = false
    for (const waiter of waiters) {
      if (now !== undefined && now <= waiter.beyond) continue
      hasGrown = true
      waiter.wake(now ?? waiter.beyond)
    }
    delayMs = hasGrown ? BUSY_DELAY_MS : Math.min(delayMs * 1.5, isTold() ? TOLD_DELAY_MS : UNTOLD_DELAY_MS)
    lookLater()
  }
  const lookLater = (): void => {
    if (waiters.size > 0 && timer === undefined) timer = setTimeout(look, delayMs)
  }
  const sign = (): void => {
    // Signs may follow each other faster than we look, and must not put the look off.
    if (delayMs === BUSY_DELAY_MS && timer !== undefined) return
    delayMs = BUSY_DELAY_MS
    clearTimeout(timer)
    timer = undefined
    lookLater()
  }

  const waitForGrowth = (length: number, signal: AbortSignal): Promise<number> => {
    const now = currentLength()
    if (now === undefined || now > length || signal.aborted) return Promise.resolve(now ?? length)
    return new Promise((resolve) => {
      const end = (result: number): void => {
        waiters.delete(waiter)
        signal.removeEventListener('abort', giveUp)
        resolve(result)
      }
      const giveUp = (): void => end(length)
      const waiter: Waiter = { beyond: length, wake: end }
      waiters.add(waiter)
      signal.addEventListener('abort', giveUp, { once: true })
      lookLater()
    })
  }
  return { waitForGrowth, sign }
}
