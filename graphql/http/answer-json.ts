/**
 * The fast path: a query as JSON, without the request and response objects of the web that yoga needs. The document
 * comes from the cache, the answer goes out as one buffer. Status codes are those of GraphQL over HTTP.
 */
import type { ServerResponse } from 'node:http'
import type { Caller } from '../access/roles.js'
import type { Documents } from '../documents.js'
import { findOperation } from '../served-by.js'
import { masked, runOperation, type QueryResult, type Report } from '../run-operation.js'
import type { ConsistentReader } from '../read-consistently.js'
import { GraphQLError } from '../graphql-js.js'
import type { ResponseType } from './media-type.js'
import type { ParametersRead } from './parameters.js'

export type JsonDeps = { readonly documents: Documents; readonly reader: ConsistentReader; readonly report: Report }

type Asked = { readonly read: ParametersRead; readonly type: ResponseType; readonly caller: Caller; readonly isGet?: boolean }

export async function answerJson(response: ServerResponse, { read, type, caller, isGet = false }: Asked, { documents, reader, report }: JsonDeps): Promise<void> {
  const malformed = (field: string, sentence: string, code = 'BAD_REQUEST'): void => write(response, 400, type, { errors: [{ message: `${field} ${sentence}`, extensions: { code, field } }] })
  if (!read.ok) return malformed(read.field, read.sentence, read.code)
  const { query, operationName, variables } = read.parameters
  if (query === undefined) return malformed('query', 'is missing')
  const prepared = documents.prepare(query)
  if (!prepared.ok) return answer(response, type, { errors: masked(prepared.errors, report, prepared.code) })
  if (isGet && findOperation(prepared.document, operationName)?.operation === 'mutation') {
    return write(response, 405, type, { errors: masked([new GraphQLError('a mutation must be sent by POST', { extensions: { code: 'METHOD_NOT_ALLOWED' } })], report) }, { Allow: 'POST' })
  }
  answer(response, type, await runOperation(reader, { document: prepared.document, operationName, variables, caller }, report))
}

/** A request that could not be executed has no data: the newer media type says so in the status, the older one must not. */
function answer(response: ServerResponse, type: ResponseType, result: QueryResult): void {
  const code = result.data === undefined ? (result.errors?.[0]?.['extensions'] as { readonly code?: string } | undefined)?.code : undefined
  const status = code === 'FORBIDDEN' ? 403 : result.data !== undefined || type === 'application/json' ? 200 : code !== undefined && LATER.has(code) ? 503 : 400
  const position = result.extensions?.['position']
  write(response, status, type, result, typeof position === 'number' ? { 'X-Projection-Position': String(position) } : {})
}

/** Nothing is wrong with the request. */
const LATER: ReadonlySet<string> = new Set(['NOT_YET', 'READ_MODEL_HEALING', 'UNAVAILABLE', 'INTERNAL_SERVER_ERROR'])

function write(response: ServerResponse, status: number, type: ResponseType, result: QueryResult, headers: Readonly<Record<string, string>> = {}): void {
  const body = Buffer.from(JSON.stringify(result))
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': body.length, 'Cache-Control': 'no-store', ...headers })
  response.end(body)
}
