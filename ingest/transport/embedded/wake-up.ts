/** A pause that ends early: on abort, or at a sign that there may be records and consumers need not wait. */
export type WakeUp = {
  pause(ms: number, signal: AbortSignal): Promise<PauseEnd>
  /** Ends every pause. */
  all(): void
}

export type PauseEnd = 'over' | 'sign'

export function createWakeUp(): WakeUp {
  const waiting = new Set<() => void>()
  return {
    pause(ms, signal) {
      if (signal.aborted) return Promise.resolve('over')
      return new Promise((resolve) => {
        const end = (how: PauseEnd): void => {
          clearTimeout(timer)
          waiting.delete(wake)
          signal.removeEventListener('abort', stop)
          resolve(how)
        }
        const stop = (): void => end('over')
        const wake = (): void => end('sign')
        const timer = setTimeout(stop, ms)
        waiting.add(wake)
        signal.addEventListener('abort', stop, { once: true })
      })
    },
    all() {
      for (const wake of [...waiting]) wake()
    },
  }
}
