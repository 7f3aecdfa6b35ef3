/** What PostgreSQL's errors mean for whoever wants flows from it. */
import { SourceError } from '../errors.js'

const AWAY_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', '53300', '57P01', '57P02', '57P03', '40001', '40P01', '55P03'])
const AWAY_TEXT = /connection terminated|connection ended|timeout expired|timeout exceeded|not queryable|client has encountered a connection error/i

/** The server, the way to it or its mood: the same question may be answered later. */
export function isAway(error: unknown): boolean {
  if (error instanceof SourceError || !(error instanceof Error)) return false
  if (error instanceof AggregateError) return error.errors.every(isAway)
  const code = codeOf(error)
  return AWAY_CODES.has(code) || code.startsWith('08') || AWAY_TEXT.test(error.message)
}

/** @param what the table, in words; the address is not said, because it may hold a password */
export function sourceErrorFrom(error: unknown, what: string): SourceError {
  if (error instanceof SourceError) return error
  const code = error instanceof Error ? codeOf(error) : ''
  const message = error instanceof Error ? error.message : String(error)
  switch (code) {
    case '28000':
    case '28P01': return new SourceError('NO_ACCESS', what, `PostgreSQL refused the user (${message}); check user and password in the address`, { cause: error })
    case '3D000': return new SourceError('NO_ACCESS', what, `${message}; check the name of the database in the address`, { cause: error })
    case '42501': return new SourceError('NO_RIGHTS', what, `${message}; GRANT USAGE on the schema and SELECT on the table to the user`, { cause: error })
    case '42P01':
    case '42602':
    case '3F000': return new SourceError('MISSING_TABLE', what, `${message}; check the name of the table`, { cause: error })
    case '42703': return new SourceError('MISSING_COLUMNS', what, `${message}; was the table changed? start again`, { cause: error })
    default:
      return isAway(error)
        ? new SourceError('SERVER_AWAY', what, `PostgreSQL does not answer (${message || code}); start it, or check host and port of the address`, { cause: error })
        : new SourceError('QUERY_FAILED', what, `PostgreSQL answered ${message} (${code || 'no code'})`, { cause: error })
  }
}

const codeOf = (error: Error): string => String((error as { code?: unknown }).code ?? '')
