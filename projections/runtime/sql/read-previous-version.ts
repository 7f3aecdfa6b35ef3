/** The version that the last switch put aside, and the schema it lies in. */
import type { SqlRunner } from '../../sql/statement.js'

export type PreviousVersion = { readonly schema: string; readonly version: number }

export async function readPreviousVersion(sql: SqlRunner, name: string): Promise<PreviousVersion | undefined> {
  const { rows } = await sql.query<{ schema: string; version: number }>(
    'SELECT previous_schema AS schema, previous_version AS version FROM projection_versions WHERE name = $1', [name])
  return rows[0]
}
