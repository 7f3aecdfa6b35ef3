/**
 * Tells SQL errors that pass from those that stay, and tries again what passes, with growing delays.
 *
 * The rule of every writer: what is tried again is a whole transaction, never a statement in the middle of one, and
 * - 40001 (conflict) and 40P01 (deadlock): the server has done nothing. Try again.
 * - 40003 and a connection lost at COMMIT: the server may have done all of it. The work must then be such that to do it
 *   twice is to do it once (a row with a natural key and ON CONFLICT DO NOTHING, a DELETE, a schema step with IF NOT
 *   EXISTS), or begin with a compare-and-set that fails the second time, and whoever called looks whether what stands
 *   there is what it wanted. Batches are of the second kind: their checkpoint moves in the same transaction.
 * - 22xxx and 23xxx: the data does not fit. Trying again helps nobody.
 */

export type SqlErrorKind =
  /** Try again: the same work may succeed. */
  | 'transient'
  /** The values do not fit the tables: this work never succeeds. */
  | 'data'
  /** Anything else: a missing table, no rights, a full disk. */
  | 'other'

const TRANSIENT_STATES = new Set(['40001', '40003', '40P01', '53300', '55P03', '57P01', '57P02', '57P03', '25006'])
const TRANSIENT_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])
const TRANSIENT_TEXT = /connection terminated|connection ended|timeout exceeded when trying to connect|client has encountered a connection error|not queryable|restart transaction/i

export function kindOfSqlError(error: unknown): SqlErrorKind {
  if (!(error instanceof Error)) return 'other'
  // Errors of other stores say it themselves.
  const { failure } = error as { readonly failure?: SqlErrorKind }
  if (failure !== undefined) return failure
  const code = String((error as { code?: unknown }).code ?? '')
  if (TRANSIENT_STATES.has(code) || code.startsWith('08') || TRANSIENT_CODES.has(code) || TRANSIENT_TEXT.test(error.message)) return 'transient'
  if (error instanceof AggregateError) return error.errors.every((one) => kindOfSqlError(one) === 'transient') ? 'transient' : 'other'
  return code.startsWith('22') || code.startsWith('23') ? 'data' : 'other'
}

export type RetryOptions = {
  /** Most attempts. Of transactions that fail by chance three times in ten, one in two million needs more than 12. */
  readonly attempts?: number
  readonly firstDelayMs?: number
  readonly longestDelayMs?: number
  readonly signal?: AbortSignal
  /** Told of every failure that is tried again, with the number of attempts so far. */
  readonly onRetry?: (error: unknown, attempt: number) => void
}

/** Runs `work` until it succeeds, fails for good, or has had all its attempts. */
export async function withSqlRetry<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 12, firstDelayMs = 20, longestDelayMs = 2000, signal, onRetry } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || signal?.aborted === true || kindOfSqlError(error) !== 'transient') throw error
      onRetry?.(error, attempt)
      const ceilingMs = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs)
      // Jitter keeps two writers that collided from colliding again.
      await new Promise((resolve) => setTimeout(resolve, ceilingMs * (0.5 + Math.random() / 2)))
    }
  }
}
