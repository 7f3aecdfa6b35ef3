/** One more attempt at dead letters that failed. */
import type { SqlRunner } from '../../sql/statement.js'
import { plainText } from '../../sql/values.js'

export const countAttempt = (sql: SqlRunner, name: string, version: number, positions: readonly number[], error: string): Promise<unknown> =>
  sql.query(
    `UPDATE projection_dead_letters SET attempts = attempts + 1, tried_at = now(), error = $4
     WHERE name = $1 AND version = $2 AND position = ANY($3::INT8[])`, [name, version, positions, plainText(error)])
