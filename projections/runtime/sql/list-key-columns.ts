/** Columns of a table's primary key; none where it has no such key. */
import type { SqlRunner } from '../../sql/statement.js'

export async function listKeyColumns(sql: SqlRunner, table: string): Promise<string[]> {
  const { rows } = await sql.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY a.attnum`, [table])
  return rows.map(({ name }) => name)
}
