/** Where a version of a projection stands; the start where it never applied anything. */
import type { SqlRunner } from '../../sql/statement.js'
import { CHECKPOINT_COLUMNS, checkpointOf, type CheckpointRow } from './checkpoint-row.js'
import { START, type Checkpoint } from '../projection.js'

export async function readCheckpoint(sql: SqlRunner, name: string, version: number): Promise<Checkpoint> {
  const { rows } = await sql.query<CheckpointRow>(`SELECT ${CHECKPOINT_COLUMNS} FROM projection_checkpoints WHERE name = $1 AND version = $2`, [name, version])
  return rows[0] === undefined ? START : checkpointOf(rows[0])
}
