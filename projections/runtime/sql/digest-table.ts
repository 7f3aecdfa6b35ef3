/** A digest of all rows of a table, in the order of its key where it has one. PostgreSQL has a binary form of rows that costs it a third of their text. */
import type { Dialect } from '../../sql/dialect.js'
import type { SqlRunner } from '../../sql/statement.js'

/** @param keys the columns of the primary key: their index gives the order; hashes of rows have to be sorted */
export async function digestTable(client: SqlRunner, dialect: Dialect, table: string, keys: readonly string[]): Promise<string> {
  const line = dialect === 'postgresql' ? 'sha256(record_send(given.*))' : 'md5(CAST(given.* AS TEXT))'
  const nothing = dialect === 'postgresql' ? "''::BYTEA" : "''"
  const { rows } = await client.query<{ digest: string | null }>(
    `SELECT md5(string_agg(${line}, ${nothing} ORDER BY ${keys.length === 0 ? line : keys.join(', ')})) AS digest FROM ${table} AS given`)
  return rows[0]?.digest ?? 'empty'
}
