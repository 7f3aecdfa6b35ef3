/**
 * Runs the writes of one event turn in one LMDB transaction, so they share one fsync. The commit is synchronous on
 * purpose: the store's asynchronous commit reports a full disk as an unhandled rejection that ends the process.
 */
import type { RootDatabase } from 'lmdb'
import { transact } from './transact.js'

type Job = { readonly work: () => unknown; readonly resolve: (value: never) => void; readonly reject: (error: unknown) => void }
type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

/**
 * @param isRefusal an error that `work` throws before it has written anything: it fails that work alone. Any other
 *   error aborts the transaction and fails every work in it.
 * @param onAborted the store has aborted a commit, and all work in it is about to run again
 */
export function createGroupCommit(root: RootDatabase<unknown, string>, isRefusal: (error: unknown) => boolean, onAborted?: () => void): <T>(work: () => T) => Promise<T> {
  let queued: Job[] = []

  const commit = (): void => {
    const jobs = queued
    queued = []
    let outcomes: readonly Outcome[]
    try {
      outcomes = transact(root, () => jobs.map(({ work }): Outcome => {
        try {
          return { ok: true, value: work() }
        } catch (error) {
          if (isRefusal(error)) return { ok: false, error }
          throw error
        }
      }), onAborted)
    } catch (error) {
      for (const { reject } of jobs) reject(error)
      return
    }
    jobs.forEach(({ resolve, reject }, i) => {
      const outcome = outcomes[i] as Outcome
      if (outcome.ok) resolve(outcome.value as never)
      else reject(outcome.error)
    })
  }

  return <T>(work: () => T) => new Promise<T>((resolve, reject) => {
    if (queued.length === 0) setImmediate(commit)
    queued.push({ work, resolve, reject })
  })
}
