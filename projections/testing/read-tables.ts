/** Read models as text that never changes with the machine, its time zone or columns that came later. */
import type pg from 'pg'

/** Table -> the columns it had. */
export type TableColumns = Readonly<Record<string, readonly string[]>>

/** Tables of read models; columns that say when the projector ran are no content. */
export async function columnsOf(sql: pg.Pool, tables: readonly string[]): Promise<TableColumns> {
  const { rows } = await sql.query<{ table: string; name: string }>(
    'SELECT table_name AS table, column_name AS name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ANY($1) ORDER BY table_name, column_name', [tables])
  return Object.fromEntries(tables.map((table) => [table, rows.filter((row) => row.table === table).map(({ name }) => name)]))
}

/** One line a row, in an order of their own. */
export async function linesOf(sql: pg.Pool, table: string, columns: readonly string[]): Promise<string[]> {
  const { rows } = await sql.query<Record<string, unknown>>(`SELECT ${columns.map((name) => `"${name}"`).join(', ')} FROM ${table}`)
  return rows.map((row) => JSON.stringify(columns.map((name) => plainOf(row[name])))).sort()
}

const plainOf = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString('hex') : value)
