/** What must be the same whoever built the tables of `blocks`. */
import type pg from 'pg'

export type RowCounts = { readonly blocks: number; readonly transactions: number; readonly anomalies: number; readonly states: Readonly<Record<string, number>> }

export async function countRows(pool: pg.Pool): Promise<RowCounts> {
  const { rows: [counts = { blocks: 0, transactions: 0, anomalies: 0 }] } = await pool.query<{ blocks: number; transactions: number; anomalies: number }>(
    'SELECT (SELECT count(*)::int4 FROM blocks) AS blocks, (SELECT count(*)::int4 FROM transactions) AS transactions, (SELECT count(*)::int4 FROM anomalies) AS anomalies')
  const { rows } = await pool.query<{ state: string; count: number }>('SELECT state, count(*)::int4 AS count FROM anomalies GROUP BY state ORDER BY state')
  return { ...counts, states: Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
}
