/** Those of `tables` that exist in a schema, in the order given. */
import type { SqlRunner } from '../../sql/statement.js'

export async function listPresentTables(sql: SqlRunner, schema: string, tables: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 AND table_name = ANY($2::TEXT[])', [schema, tables])
  const present = new Set(rows.map(({ name }) => name))
  return tables.filter((table) => present.has(table))
}
