/** Says which read models stand still while events wait for them. */
import type { Position } from '../../domain/ids.js'

export type ProgressWatch = {
  /** A projection runs and stands here. */
  saw(name: string, position: Position): void
  /** It is nobody's fault here that it stands still: another process runs it. */
  forget(name: string): void
  /** Why a batch had to be tried again. */
  failed(name: string, error: string): void
  /** How long the log is now. */
  logIs(length: number): void
  /** A sentence, or undefined. */
  reason(): string | undefined
}

type Seen = { readonly position: number; readonly movedAtMs: number; readonly error: string | undefined }

/**
 * @param limitMs how long a projection may stand still behind the log
 * @param now a clock that only goes forward, milliseconds
 */
export function createProgressWatch(limitMs: number, now: () => number = () => performance.now()): ProgressWatch {
  const seen = new Map<string, Seen>()
  let length = 0
  return {
    saw(name, position) {
      if (seen.get(name)?.position === position) return
      seen.set(name, { position, movedAtMs: now(), error: undefined })
    },
    forget: (name) => void seen.delete(name),
    failed(name, error) {
      const before = seen.get(name)
      if (before !== undefined) seen.set(name, { ...before, error })
    },
    logIs(newLength) {
      // What has nothing to do is not late: its time begins with the first event that waits.
      for (const [name, one] of seen) if (one.position >= length) seen.set(name, { ...one, movedAtMs: now() })
      length = newLength
    },
    reason() {
      for (const [name, { position, movedAtMs, error }] of seen) {
        const lag = length - position
        const stillMs = now() - movedAtMs
        if (lag > 0 && stillMs > limitMs) {
          return `${name} stands still at ${position} for ${Math.floor(stillMs / 1000)} s while ${lag} events wait${error === undefined ? '' : `; the last error was: ${error}`}`
        }
      }
      return undefined
    },
  }
}
