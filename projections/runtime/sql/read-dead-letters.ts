/** What a version of a projection could not apply, by position. */
import { asPosition } from '../../../domain/ids.js'
import type { SqlRunner } from '../../sql/statement.js'
import { numberOf } from '../../sql/values.js'
import type { DeadLetter } from '../projection.js'

type Row = { position: string; event_id: string | null; event_type: string | null; error: string; attempts: number; recorded_at: Date; tried_at: Date | null }

export async function readDeadLetters(sql: SqlRunner, name: string, version: number): Promise<DeadLetter[]> {
  const { rows } = await sql.query<Row>(
    'SELECT position, event_id, event_type, error, attempts, recorded_at, tried_at FROM projection_dead_letters WHERE name = $1 AND version = $2 ORDER BY position', [name, version])
  return rows.map((row) => ({
    position: asPosition(numberOf(row.position) ?? 0), eventId: row.event_id ?? undefined, eventType: row.event_type ?? undefined, error: row.error,
    attempts: row.attempts, firstAt: row.recorded_at.getTime(), lastAt: (row.tried_at ?? row.recorded_at).getTime(),
  }))
}
