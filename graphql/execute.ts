/** Answers a query without HTTP, with the same limits and the same errors: what `cybermesh query` runs over a stopped folder. */
import { execute, parse, specifiedRules, validate, type DocumentNode, type ExecutionResult } from './graphql-js.js'
import { maskError } from './errors.js'
import { MOST_TOKENS, queryLimits } from './limits.js'
import { createConsistentReader } from './read-consistently.js'
import { schema } from './schema.js'
import type { ApiSources } from './sources.js'

export type QueryResult = {
  readonly data?: Record<string, unknown> | null
  readonly errors?: readonly Record<string, unknown>[]
  /** Where the read models stood that were asked. */
  readonly extensions?: Record<string, unknown>
}

/** Never rejects: what is wrong is in `errors`, each with `extensions.code`. `report` gets what is masked. */
export async function executeQuery(
  sources: ApiSources, query: string, variables: Readonly<Record<string, unknown>> = {}, report: (error: unknown) => void = () => undefined,
): Promise<QueryResult> {
  const masked = (errors: readonly unknown[], code?: string): Record<string, unknown>[] => errors.map((error) => ({ ...maskError(error, report, code).toJSON() }))
  let document: DocumentNode
  try {
    document = parse(query, { maxTokens: MOST_TOKENS })
  } catch (error) {
    return { errors: masked([error], 'GRAPHQL_PARSE_FAILED') }
  }
  const faults = validate(schema, document, [...specifiedRules, queryLimits])
  if (faults.length > 0) return { errors: masked(faults, 'GRAPHQL_VALIDATION_FAILED') }
  const result: ExecutionResult = await createConsistentReader(sources).read({ document, variables }, (contextValue) => execute({ schema, document, variableValues: variables, contextValue }))
  return {
    ...(result.data === undefined ? {} : { data: result.data as Record<string, unknown> | null }),
    ...(result.errors === undefined ? {} : { errors: masked(result.errors) }),
    ...(result.extensions === undefined ? {} : { extensions: result.extensions }),
  }
}
