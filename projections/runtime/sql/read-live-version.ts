/** The version whose tables readers see; undefined where nothing was ever applied. */
import type { SqlRunner } from '../../sql/statement.js'
import type { LiveVersion } from '../projection.js'
import { CHECKPOINT_COLUMNS, checkpointOf, type CheckpointRow } from './checkpoint-row.js'

export async function readLiveVersion(sql: SqlRunner, name: string): Promise<LiveVersion | undefined> {
  const { rows: [row] } = await sql.query<CheckpointRow>(
    `SELECT ${CHECKPOINT_COLUMNS} FROM projection_checkpoints WHERE name = $1 ORDER BY position DESC, version DESC LIMIT 1`, [name])
  return row === undefined ? undefined : { version: row.version, checkpoint: checkpointOf(row) }
}
