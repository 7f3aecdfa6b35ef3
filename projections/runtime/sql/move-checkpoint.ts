/** The compare-and-set of a checkpoint: it only ever moves from the position that a batch begins at. */
import type { SqlRunner } from '../../sql/statement.js'
import { timeOfMillis } from '../../sql/values.js'
import type { Checkpoint } from '../projection.js'

/** False where it stands elsewhere, or where another version has the tables. */
export async function moveCheckpoint(client: SqlRunner, name: string, version: number, from: number, next: Checkpoint): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE projection_checkpoints SET position = $4, last_event_id = $5, last_event_at = COALESCE($6, last_event_at), updated_at = now()
     WHERE name = $1 AND version = $2 AND position = $3`,
    [name, version, from, next.position, next.lastEventId ?? null, timeOfMillis(next.lastEventAt)])
  return rowCount === 1
}
