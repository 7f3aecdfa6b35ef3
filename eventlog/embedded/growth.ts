/**
 * Wakes readers when the log grows, also when another process wrote. There is no cross-process notification on LMDB,
 * so one cheap look at the length is repeated for all readers together: every millisecond while events flow, every
 * 10 ms when idle, never when nobody waits.
 */
const BUSY_DELAY_MS = 1
const IDLE_DELAY_MS = 10

type Waiter = { readonly beyond: number; readonly wake: (length: number) => void }

/** @param currentLength reads the length afresh; undefined once the log is closed, which ends every wait */
export function createGrowthWatch(currentLength: () => number | undefined): (length: number, signal: AbortSignal) => Promise<number> {
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
    delayMs = hasGrown ? BUSY_DELAY_MS : Math.min(delayMs * 1.5, IDLE_DELAY_MS)
    lookLater()
  }
  const lookLater = (): void => {
    if (waiters.size > 0 && timer === undefined) timer = setTimeout(look, delayMs)
  }

  return (length, signal) => {
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
}
