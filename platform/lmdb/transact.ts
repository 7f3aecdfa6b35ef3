/** Write transactions that outlive a fault of the store's own bookkeeping. */
import type { RootDatabase } from 'lmdb'

/** lmdb.h: a transaction that must be aborted. */
const MDB_BAD_TXN = -30782
const MOST_TRIES = 5

/** Whether `error` says that a commit was aborted for no fault of the work in it. Nothing of it was written then. */
export const isAbortedCommit = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === MDB_BAD_TXN

/**
 * Runs `work` in one write transaction; its effects are on disk when this returns. Once in some ten thousand commits the
 * store cannot put down which pages are free and aborts ("reserved freelist had a data entry with zero-size"); the next
 * transaction reads the free pages from disk and succeeds. So `work` runs again: it must decide on the tables alone, and
 * `onAborted` sets back what it keeps elsewhere.
 * @throws what `work` throws, and what the store throws
 */
export function transact<T>(root: Pick<RootDatabase<unknown, string>, 'transactionSync'>, work: () => T, onAborted: () => void = () => undefined): T {
  for (let tries = 1; ; tries++) {
    try {
      return root.transactionSync(work)
    } catch (error) {
      if (!isAbortedCommit(error)) throw error
      onAborted()
      if (tries === MOST_TRIES) throw error
    }
  }
}
