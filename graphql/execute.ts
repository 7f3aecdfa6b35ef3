/** Answers a query without HTTP, with the same limits and the same errors: what `cybermesh query` runs over a stopped folder. */
import { LOCAL_CALLER, type Caller } from './access/roles.js'
import { prepare } from './documents.js'
import { createConsistentReader } from './read-consistently.js'
import { masked, runOperation, type QueryResult, type Report } from './run-operation.js'
import type { ApiSources } from './sources.js'

export type { QueryResult } from './run-operation.js'

/** Never rejects: what is wrong is in `errors`, each with `extensions.code`. `report` gets what is masked. */
export async function executeQuery(
  sources: ApiSources, query: string, variables: Readonly<Record<string, unknown>> = {}, report: Report = () => undefined, caller: Caller = LOCAL_CALLER,
): Promise<QueryResult> {
  const prepared = prepare(query)
  if (!prepared.ok) return { errors: masked(prepared.errors, report, prepared.code) }
  return runOperation(createConsistentReader(sources), { document: prepared.document, variables, caller }, report)
}
