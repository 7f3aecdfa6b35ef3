/**
 * Between a client that pushes and a reader that pulls: holds one batch, and whoever pushes waits until it is taken.
 * That is what pauses a topic whose reader is busy.
 */
export type Handover<T> = {
  /** Resolves with true once the value was taken, with false where it was thrown away by `drop`. `whileWaiting` is called now and then. */
  offer(value: T, whileWaiting: () => Promise<void>): Promise<boolean>
  /** The next value; undefined once `signal` aborts or the handover has ended. Throws what it `fail`ed with. */
  take(signal: AbortSignal): Promise<T | undefined>
  /** Throws away what waits to be taken. */
  drop(): void
  fail(error: Error): void
  end(): void
}

const WAKE_MS = 500

export function createHandover<T>(): Handover<T> {
  let offered: { readonly value: T; readonly settle: (isTaken: boolean) => void } | undefined
  let failure: Error | undefined
  let isOver = false
  let wake: (() => void) | undefined

  const settle = (isTaken: boolean): void => {
    offered?.settle(isTaken)
    offered = undefined
  }

  return {
    async offer(value, whileWaiting) {
      if (isOver) return false
      const taken = new Promise<boolean>((resolve) => { offered = { value, settle: resolve } })
      wake?.()
      for (;;) {
        let timer: NodeJS.Timeout | undefined
        const tick = new Promise<undefined>((resolve) => { timer = setTimeout(() => resolve(undefined), WAKE_MS) })
        const result = await Promise.race([taken, tick])
        clearTimeout(timer)
        if (result !== undefined) return result
        await whileWaiting()
      }
    },
    async take(signal) {
      for (;;) {
        if (failure !== undefined) throw failure
        if (isOver || signal.aborted) return undefined
        if (offered !== undefined) {
          const { value } = offered
          settle(true)
          return value
        }
        await new Promise<void>((resolve) => {
          const stop = (): void => {
            signal.removeEventListener('abort', stop)
            resolve()
          }
          wake = stop
          signal.addEventListener('abort', stop, { once: true })
        })
        wake = undefined
      }
    },
    drop: () => settle(false),
    fail(error) {
      failure = error
      settle(false)
      wake?.()
    },
    end() {
      isOver = true
      settle(false)
      wake?.()
    },
  }
}
