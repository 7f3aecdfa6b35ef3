/** A pause that ends early: on abort, or when this process has sent records and its consumers need not wait. */
export type WakeUp = {
  pause(ms: number, signal: AbortSignal): Promise<void>
  /** Ends every pause. */
  all(): void
}

export function createWakeUp(): WakeUp {
  const waiting = new Set<() => void>()
  return {
    pause(ms, signal) {
      if (signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          waiting.delete(end)
          signal.removeEventListener('abort', end)
          resolve()
        }
        const timer = setTimeout(end, ms)
        waiting.add(end)
        signal.addEventListener('abort', end, { once: true })
      })
    },
    all() {
      for (const end of [...waiting]) end()
    },
  }
}
