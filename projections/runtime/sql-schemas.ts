/**
 * The schemas that versions of a SQL read model live in: `rebuild_<name>_<n>` while one is built, `previous_<name>_<n>`
 * for the one that was live before. Numbers never come again, so two rebuilds never meet in one schema.
 */
import type pg from 'pg'
import { createSqlPool } from '../sql/pool.js'
import { withSqlRetry } from '../sql/retry.js'
import type { SqlRunner } from '../sql/statement.js'
import { dropSchema } from './sql/drop-schema.js'
import { listSchemas } from './sql/list-schemas.js'
import { readPreviousVersion } from './sql/read-previous-version.js'

export const buildSchema = (name: string, token: number): string => `rebuild_${name}_${token}`
export const previousSchema = (name: string, token: number): string => `previous_${name}_${token}`

/** Removes every schema of this read model but the one that a switch put aside last. */
export async function dropLeftovers(sql: SqlRunner, name: string): Promise<void> {
  const pattern = new RegExp(`^(rebuild|previous)_${name}(_\\d+)?$`)
  const ours = (await listSchemas(sql)).filter((schema) => pattern.test(schema))
  if (ours.length === 0) return
  const kept = await readPreviousVersion(sql, name)
  for (const schema of ours) if (schema !== kept?.schema) await withSqlRetry(() => dropSchema(sql, schema))
}

/** A pool of its own, whose tables are those of `schema`. What it writes is lost with the server's last moments, and written again. */
export function poolInSchema(live: pg.Pool, schema: string): pg.Pool {
  const { connectionString } = live.options
  if (connectionString === undefined) throw new Error('a rebuild needs a pool that was made from a URL')
  const url = new URL(connectionString)
  url.searchParams.set('options', `-c search_path=${schema} -c synchronous_commit=off`)
  return createSqlPool({ url: url.href, max: 4 })
}
