/** One operation of a checked document, from whoever asks: permitted, within its cost, at one position, errors masked. */
import { execute, GraphQLError, type DocumentNode } from './graphql-js.js'
import { refuseOperation } from './access/permit.js'
import type { Caller } from './access/roles.js'
import { maskError } from './errors.js'
import type { ConsistentReader } from './read-consistently.js'
import { schema } from './schema.js'
import { findOperation } from './served-by.js'

export type QueryResult = {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly Record<string, unknown>[]
  /** Where the read models stood that were asked. */
  readonly extensions?: Record<string, unknown>
}

export type OperationRequest = {
  readonly document: DocumentNode
  readonly operationName?: string | null | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly caller: Caller
}

export type Report = (error: unknown) => void

/** Never rejects: what is wrong is in `errors`, each with `extensions.code`. `report` gets what is masked. */
export async function runOperation(reader: ConsistentReader, { document, operationName, variables, caller }: OperationRequest, report: Report): Promise<QueryResult> {
  const operation = findOperation(document, operationName)
  if (operation === undefined) return { errors: masked([new GraphQLError(operationName === undefined || operationName === null ? 'the document has several operations; name one as operationName' : `the document has no operation ${operationName}`)], report) }
  const refusal = operation.operation === 'subscription'
    ? new GraphQLError('a subscription is answered as events; ask with accept: text/event-stream', { extensions: { code: 'NEEDS_EVENT_STREAM' } })
    : refuseOperation(caller, document, operation)
  if (refusal !== undefined) return { errors: masked([refusal], report) }
  const result = await reader.read({ document, operationName, variables, caller }, (contextValue) => execute({ schema, document, operationName: operationName ?? null, variableValues: variables, contextValue }))
  return {
    ...(result.data === undefined ? {} : { data: result.data as Record<string, unknown> | null }),
    ...(result.errors === undefined ? {} : { errors: masked(result.errors, report) }),
    ...(result.extensions === undefined ? {} : { extensions: result.extensions }),
  }
}

export const masked = (errors: readonly unknown[], report: Report, code?: string): Record<string, unknown>[] =>
  errors.map((error) => ({ ...maskError(error, report, code).toJSON() }))
