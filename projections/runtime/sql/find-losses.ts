/** What a projection's tables have lost: a checkpoint that went back or is gone, tables that are missing. */
import type { SqlRunner } from '../../sql/statement.js'
import { numberOf } from '../../sql/values.js'

export type Losses = { /** null where there is no checkpoint. */ readonly position: number | null; readonly missing: readonly string[] }

/** One query: it is asked every second. Undefined where the server gave no row. */
export async function findLosses(sql: SqlRunner, name: string, version: number, tables: readonly string[]): Promise<Losses | undefined> {
  const { rows: [row] } = await sql.query<{ position: string | null; missing: string[] }>(
    `SELECT (SELECT position FROM projection_checkpoints WHERE name = $1 AND version = $2) AS position,
     ARRAY(SELECT wanted FROM unnest($3::TEXT[]) AS wanted WHERE to_regclass(wanted) IS NULL) AS missing`, [name, version, tables])
  return row === undefined ? undefined : { position: numberOf(row.position), missing: row.missing }
}
