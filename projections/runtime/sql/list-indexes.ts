/** The indexes of tables, as the statements that make them. */
import type { SqlRunner } from '../../sql/statement.js'

export type IndexRow = { readonly name: string; readonly definition: string }

export async function listIndexes(sql: SqlRunner, schema: string, tables: readonly string[]): Promise<IndexRow[]> {
  const { rows } = await sql.query<IndexRow>(
    'SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE schemaname = $1 AND tablename = ANY($2::TEXT[]) ORDER BY indexname', [schema, tables])
  return rows
}
