/** One GraphQL query over HTTP. */
import type { QueryResult } from '../../graphql/index.js'
import { UserError } from './user-error.js'

const PATIENCE_MS = 60_000

/** @param url of the API, with or without /graphql */
export async function askApi(url: string, query: string, variables: Readonly<Record<string, unknown>>, token: string | undefined): Promise<QueryResult> {
  const endpoint = endpointOf(url)
  let response: Response
  try {
    response = await fetch(endpoint, {
      method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { 'content-type': 'application/json', accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    })
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; message?: string } }
    const reason = cause?.code ?? cause?.message ?? (error as Error).name
    throw new UserError('API_UNREACHABLE', `no API answers at ${endpoint} (${reason}); check that it runs and that --api names it`)
  }
  if (response.status === 401) throw new UserError('API_REFUSED', `the API at ${endpoint} wants a key; put it into the environment as CYBERMESH_API_TOKEN`)
  const body: unknown = await response.json().catch(() => undefined)
  // A query with errors is answered with an HTTP error and a GraphQL body.
  if (typeof body === 'object' && body !== null && ('data' in body || isErrorList(body))) return body
  throw new UserError('API_REFUSED', `the API at ${endpoint} answered ${response.status} and not GraphQL; check that --api names a CyberMesh API`)
}

const isErrorList = (body: object): boolean => 'errors' in body && Array.isArray(body.errors)

function endpointOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new UserError('BAD_OPTION', `--api must be a URL such as http://127.0.0.1:9441, got ${text}`)
  const url = new URL(text)
  if (url.pathname === '/') url.pathname = '/graphql'
  return url.href
}
