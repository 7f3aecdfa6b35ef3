/** A digest of all rows of a table, whatever their order. PostgreSQL has a binary form of rows that costs it a third of their text. */
import type { Dialect } from '../../sql/dialect.js'
import type { SqlRunner } from '../../sql/statement.js'

export async function digestTable(client: SqlRunner, dialect: Dialect, table: string): Promise<string> {
  const line = dialect === 'postgresql' ? 'sha256(record_send(given.*))' : 'md5(CAST(given.* AS TEXT))'
  const nothing = dialect === 'postgresql' ? "''::BYTEA" : "''"
  const { rows } = await client.query<{ digest: string | null }>(
    `SELECT md5(string_agg(line, ${nothing} ORDER BY line)) AS digest FROM (SELECT ${line} AS line FROM ${table} AS given) AS lines`)
  return rows[0]?.digest ?? 'empty'
}
