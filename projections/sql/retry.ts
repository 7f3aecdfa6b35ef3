/**
 * Tells SQL errors that pass from those that stay. What passes (a serialization conflict, a lost connection, a server
 * that is starting) is tried again with growing delays; the work must be safe to run twice.
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
  readonly attempts?: number
  readonly firstDelayMs?: number
  readonly longestDelayMs?: number
  readonly signal?: AbortSignal
}

/** Runs `work` until it succeeds, fails for good, or has had all its attempts. */
export async function withSqlRetry<T>(work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { attempts = 8, firstDelayMs = 20, longestDelayMs = 2000, signal } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || signal?.aborted === true || kindOfSqlError(error) !== 'transient') throw error
      const ceilingMs = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs)
      // Jitter keeps two writers that collided from colliding again.
      await new Promise((resolve) => setTimeout(resolve, ceilingMs * (0.5 + Math.random() / 2)))
    }
  }
}
