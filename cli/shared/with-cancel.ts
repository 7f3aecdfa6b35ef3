/** Work that Ctrl-C ends in order: the first signal aborts it, whoever asks twice is not kept waiting. */
import { UserError } from './user-error.js'

/** @param sentence what is said when it is cancelled. Throws UserError CANCELLED then. */
export async function withCancel<T>(sentence: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancel = new AbortController()
  const onSignal = (): void => {
    if (cancel.signal.aborted) process.exit(130)
    cancel.abort(new UserError('CANCELLED', sentence))
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  try {
    return await work(cancel.signal)
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal)
  }
}
