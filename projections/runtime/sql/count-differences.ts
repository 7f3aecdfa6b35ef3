/** How many rows of two tables differ. */
import type { SqlRunner } from '../../sql/statement.js'

export type DifferenceCounts = { readonly onlyLive: number; readonly onlyRebuilt: number; readonly differing: number }

/** @param joined of `joinedTables`, the live one first */
export async function countDifferences(client: SqlRunner, joined: string): Promise<DifferenceCounts> {
  const { rows: [counts] } = await client.query<{ only_live: string; only_rebuilt: string; both: string }>(
    `SELECT count(*) FILTER (WHERE b.key IS NULL) AS only_live, count(*) FILTER (WHERE a.key IS NULL) AS only_rebuilt,
     count(*) FILTER (WHERE a.key IS NOT NULL AND b.key IS NOT NULL) AS both FROM ${joined}`)
  return { onlyLive: Number(counts?.only_live), onlyRebuilt: Number(counts?.only_rebuilt), differing: Number(counts?.both) }
}
