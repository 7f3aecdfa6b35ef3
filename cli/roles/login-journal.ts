/**
 * Logins that failed, on their way into the log. Whoever guesses keys must not fill the log with it: the first failure
 * is recorded at once, those that follow are counted and recorded together, once in a while.
 */
import { randomUUID } from 'node:crypto'
import type { OperatorActions } from '../../eventlog/operator-actions.js'

export type LoginJournal = {
  failed(reason: string): void
  /** Records what was only counted so far. */
  close(): Promise<void>
}

export type LoginJournalOptions = {
  readonly everyMs?: number
  /** Told when the log cannot be reached; what was not recorded is counted into the next one. */
  readonly onError: (error: Error) => void
}

const EVERY_MS = 60_000

/** @param resource what was to be entered, such as `api` */
export function createLoginJournal(actions: OperatorActions, resource: string, { everyMs = EVERY_MS, onError }: LoginJournalOptions): LoginJournal {
  let counts = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const record = async (): Promise<void> => {
    const told = counts
    counts = new Map()
    for (const [reason, count] of told) {
      try {
        await actions.record({ id: randomUUID(), actor: 'unknown', action: 'login', resource, result: 'failure', reason, fields: { count: String(count) } })
      } catch (error) {
        counts.set(reason, (counts.get(reason) ?? 0) + count)
        onError(error as Error)
      }
    }
  }
  const flush = (): void => {
    timer = counts.size === 0 ? undefined : setTimeout(flush, everyMs).unref()
    if (counts.size > 0) running = running.then(record)
  }

  return {
    failed(reason) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1)
      if (timer !== undefined) return
      flush()
    },
    async close() {
      clearTimeout(timer)
      await running
      if (counts.size > 0) await record()
    },
  }
}
