/** Tries again with growing pauses; the last error is the one reported. */
export type RetryOptions = { readonly attempts: number; readonly firstPauseMs: number; readonly longestPauseMs: number }

export const DEFAULT_RETRY: RetryOptions = { attempts: 10, firstPauseMs: 50, longestPauseMs: 5000 }

export async function retry<T>(
  work: () => Promise<T>, signal: AbortSignal, onRetry: (error: unknown) => void, options: RetryOptions = DEFAULT_RETRY,
): Promise<T> {
  let pauseMs = options.firstPauseMs
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (attempt >= options.attempts) throw error
      onRetry(error)
      await pauseFor(pauseMs, signal)
      pauseMs = Math.min(pauseMs * 2, options.longestPauseMs)
    }
  }
}

function pauseFor(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    signal.addEventListener('abort', end, { once: true })
  })
}
