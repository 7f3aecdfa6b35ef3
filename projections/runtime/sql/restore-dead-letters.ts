/** Gives a version that was put aside its dead letters again. */
import type { SqlRunner } from '../../sql/statement.js'

export const restoreDeadLetters = (sql: SqlRunner, name: string, version: number, schema: string): Promise<unknown> =>
  sql.query(
    `INSERT INTO ${schema}.projection_dead_letters (name, version, position, event_id, event_type, error, recorded_at, attempts, tried_at)
     SELECT $1, version, position, event_id, event_type, error, recorded_at, attempts, tried_at FROM projection_dead_letters WHERE name = $2 AND version = $3
     ON CONFLICT (name, version, position) DO NOTHING`, [name, schema, version])
