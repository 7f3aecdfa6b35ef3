/** One page of rows in descending order of a unique key, seeking on the key so that later pages cost no more than the first. */
import type { SqlRunner } from './statement.js'

export type KeysetPage = {
  /** Rows with a smaller key. */
  readonly after?: number
  /** Rows with a larger key. */
  readonly before?: number
  readonly limit: number
  /** Take the rows at the far end: those with the smallest keys. Rows come in descending order all the same. */
  readonly fromEnd?: boolean
}

export type Condition = { readonly text: (parameter: (value: unknown) => string) => string }

/** Of a list that is pinned to a position of the log: only rows whose events lie below it. */
export const below = (column: string, position: number | undefined): readonly Condition[] =>
  (position === undefined ? [] : [{ text: (parameter) => `${column} < ${parameter(position)}` }])

/** @param conditions each builds its SQL with `parameter(value)`, which gives the placeholder of a value */
export async function readKeysetPage<Row extends Record<string, unknown>>(
  sql: SqlRunner, table: string, columns: string, key: string, { after, before, limit, fromEnd = false }: KeysetPage, conditions: readonly Condition[] = [],
): Promise<Row[]> {
  const values: unknown[] = []
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const where = conditions.map(({ text }) => text(parameter))
  if (after !== undefined) where.push(`${key} < ${parameter(after)}`)
  if (before !== undefined) where.push(`${key} > ${parameter(before)}`)
  const filter = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
  const { rows } = await sql.query<Row>(`SELECT ${columns} FROM ${table} ${filter} ORDER BY ${key} ${fromEnd ? 'ASC' : 'DESC'} LIMIT ${parameter(limit)}`, values)
  return fromEnd ? rows.reverse() : rows
}
