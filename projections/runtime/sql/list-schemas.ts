/** Names of all schemas of the database. */
import type { SqlRunner } from '../../sql/statement.js'

export async function listSchemas(sql: SqlRunner): Promise<string[]> {
  const { rows } = await sql.query<{ schema: string }>('SELECT schema_name AS schema FROM information_schema.schemata')
  return rows.map(({ schema }) => schema)
}
