/** The checkpoint of a SQL projection: a row that only ever moves from the position a batch begins at. */
import { asPosition } from '../../domain/ids.js'
import type { SqlRunner } from '../sql/statement.js'
import { numberOf, timeOfMillis } from '../sql/values.js'
import { START, type Checkpoint, type LiveVersion } from './projection.js'

type CheckpointRow = { version: number; position: string; last_event_id: string | null; last_event_at: Date | null }

const checkpointOf = (row: CheckpointRow): Checkpoint =>
  ({ position: asPosition(numberOf(row.position) ?? 0), lastEventId: row.last_event_id ?? undefined, lastEventAt: row.last_event_at?.getTime() })

export async function readCheckpoint(sql: SqlRunner, name: string, version: number): Promise<Checkpoint> {
  const { rows } = await sql.query<CheckpointRow>('SELECT version, position, last_event_id, last_event_at FROM projection_checkpoints WHERE name = $1 AND version = $2', [name, version])
  return rows[0] === undefined ? START : checkpointOf(rows[0])
}

/** The version whose tables readers see; undefined where nothing was ever applied. */
export async function readLiveVersion(sql: SqlRunner, name: string): Promise<LiveVersion | undefined> {
  const { rows: [row] } = await sql.query<CheckpointRow>(
    'SELECT version, position, last_event_id, last_event_at FROM projection_checkpoints WHERE name = $1 ORDER BY position DESC, version DESC LIMIT 1', [name])
  return row === undefined ? undefined : { version: row.version, checkpoint: checkpointOf(row) }
}

/** False where it stands elsewhere, or where another version has the tables. */
export async function moveCheckpoint(client: SqlRunner, name: string, version: number, from: number, next: Checkpoint): Promise<boolean> {
  if (from === 0) {
    await client.query(
      `INSERT INTO projection_checkpoints (name, version, position, updated_at)
       SELECT $1, $2, 0, now() WHERE NOT EXISTS (SELECT 1 FROM projection_checkpoints WHERE name = $1) ON CONFLICT (name, version) DO NOTHING`, [name, version])
  }
  const { rowCount } = await client.query(
    `UPDATE projection_checkpoints SET position = $4, last_event_id = $5, last_event_at = COALESCE($6, last_event_at), updated_at = now()
     WHERE name = $1 AND version = $2 AND position = $3`,
    [name, version, from, next.position, next.lastEventId ?? null, timeOfMillis(next.lastEventAt)])
  return rowCount === 1
}
