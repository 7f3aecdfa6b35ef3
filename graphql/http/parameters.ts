/** The parameters of a GraphQL request as GraphQL over HTTP names them, checked. https://graphql.github.io/graphql-over-http */
export type Parameters = {
  readonly query: string | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly extensions: Readonly<Record<string, unknown>>
}

export type ParametersRead = { readonly ok: true; readonly parameters: Parameters } | { readonly ok: false; readonly field: string; readonly sentence: string; readonly code?: string }

type Map = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is Map => typeof value === 'object' && value !== null && !Array.isArray(value)

/** @param body of a POST, JSON */
export function parametersOfBody(body: Uint8Array): ParametersRead {
  try {
    return parametersOf(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')))
  } catch {
    return { ok: false, field: 'body', sentence: 'is not JSON; send {"query": "..."}' }
  }
}

/** @param search of a GET; variables and extensions are JSON in it */
export function parametersOfSearch(search: URLSearchParams): ParametersRead {
  const given: Record<string, unknown> = {}
  for (const field of ['query', 'operationName'] as const) given[field] = search.get(field)
  for (const field of ['variables', 'extensions'] as const) {
    const text = search.get(field)
    if (text === null || text === '') continue
    try {
      given[field] = JSON.parse(text)
    } catch {
      return { ok: false, field, sentence: 'is not JSON' }
    }
  }
  return parametersOf(given)
}

function parametersOf(value: unknown): ParametersRead {
  if (!isMap(value)) return { ok: false, field: 'body', sentence: 'must be one JSON object such as {"query": "..."}; batches are not taken' }
  const { query, operationName, variables, extensions } = value
  const absent = (one: unknown): boolean => one === undefined || one === null
  if (!absent(query) && typeof query !== 'string') return { ok: false, field: 'query', sentence: 'must be a string' }
  if (!absent(operationName) && typeof operationName !== 'string') return { ok: false, field: 'operationName', sentence: 'must be a string' }
  if (!absent(variables) && !isMap(variables)) return { ok: false, field: 'variables', sentence: 'must be an object' }
  if (!absent(extensions) && !isMap(extensions)) return { ok: false, field: 'extensions', sentence: 'must be an object' }
  return {
    ok: true,
    parameters: {
      query: query as string | null ?? undefined, operationName: operationName as string | null ?? undefined,
      variables: variables as Map | null ?? {}, extensions: extensions as Map | null ?? {},
    },
  }
}
