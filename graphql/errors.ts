/** Errors that a caller may see: a code, the argument that is wrong, and what to do. All others are masked. */
import { GraphQLError } from './graphql-js.js'
import { kindOfSqlError } from '../projections/sql/retry.js'

/** SQLSTATE of a query on tables that no projector has made. */
const UNDEFINED_TABLE = '42P01'

export const badInput = (field: string, sentence: string): GraphQLError =>
  new GraphQLError(`${field}: ${sentence}`, { extensions: { code: 'BAD_USER_INPUT', field } })

/** What the caller sees of an error; `report` gets what is masked. An error about the query itself gets `code` where it has none. */
export function maskError(error: unknown, report: (error: unknown) => void, code = 'BAD_USER_INPUT'): GraphQLError {
  if (error instanceof GraphQLError && (error.originalError === undefined || error.originalError === null || error.originalError instanceof GraphQLError)) return withCode(error, code)
  const cause = error instanceof GraphQLError ? error.originalError : error
  const place = error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {}
  report(cause)
  if (kindOfSqlError(cause) === 'transient') {
    return new GraphQLError('the read models cannot be reached; try again in a moment', { ...place, extensions: { code: 'UNAVAILABLE' } })
  }
  if ((cause as { code?: unknown } | undefined)?.code === UNDEFINED_TABLE) {
    return new GraphQLError('the read models are not there yet; start a projector and try again', { ...place, extensions: { code: 'UNAVAILABLE' } })
  }
  return new GraphQLError('internal error; the server log says more', { ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } })
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  if (typeof error.extensions['code'] === 'string') return error
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null, source: error.source ?? null, positions: error.positions ?? null, path: error.path ?? null,
    extensions: { ...error.extensions, code },
  })
}

export type ServerErrorCode = 'PORT_IN_USE' | 'NOT_LOOPBACK' | 'NO_KEYS' | 'CANNOT_LISTEN'

/** Why the API cannot be started. */
export class ApiServerError extends Error {
  constructor(readonly code: ServerErrorCode, readonly field: string, sentence: string, options?: ErrorOptions) {
    super(sentence, options)
    this.name = 'ApiServerError'
  }
}
