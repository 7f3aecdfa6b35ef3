/** Gives a version that was put aside its checkpoint again; one that a cancelled roll back moved on from there stays. */
import type { SqlRunner } from '../../sql/statement.js'

export const restoreCheckpoint = (sql: SqlRunner, name: string, schema: string): Promise<unknown> =>
  sql.query(
    `INSERT INTO ${schema}.projection_checkpoints (name, version, position, last_event_id, last_event_at, updated_at)
     SELECT name, previous_version, previous_position, previous_event_id, previous_event_at, now() FROM projection_versions WHERE name = $1
     ON CONFLICT (name, version) DO NOTHING`, [name])
