/** The first rows of two tables that differ, by key. */
import type { SqlRunner } from '../../sql/statement.js'

export type DifferingRow = { readonly key: string; readonly live: Record<string, unknown> | null; readonly rebuilt: Record<string, unknown> | null }

/** @param joined of `joinedTables`, the live one first */
export async function listDifferences(client: SqlRunner, joined: string, limit: number): Promise<DifferingRow[]> {
  const { rows } = await client.query<DifferingRow>(
    `SELECT COALESCE(a.key, b.key) AS key, a.content AS live, b.content AS rebuilt FROM ${joined} ORDER BY 1 LIMIT ${limit}`)
  return rows
}
