/** A projection into SQL: the compare-and-set of the checkpoint comes first, so two projectors can never both apply. */
import type pg from 'pg'
import { asPosition } from '../../domain/ids.js'
import { numberOf, plainText, timeOfMillis } from '../sql/values.js'
import { inTransaction, runStatements, type SqlRunner, type SqlStatement } from '../sql/statement.js'
import { insertRows } from '../sql/bulk.js'
import { CheckpointConflictError } from './errors.js'
import { beginSqlRebuild } from './sql-rebuild.js'
import { START, type BatchEntry, type Checkpoint, type DeadLetter, type Projection } from './projection.js'

export type SqlFold = {
  readonly name: string
  readonly version: number
  readonly takesUnreadable?: boolean
  /** Tables that belong to this projection alone. */
  readonly tables: readonly string[]
  /** What has to change for these entries. May read inside the transaction; must not write. */
  fold(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]>
}

export function createSqlProjection(pool: pg.Pool, sqlFold: SqlFold): Projection {
  const { name, version, tables } = sqlFold
  return {
    name,
    version,
    takesUnreadable: sqlFold.takesUnreadable ?? false,
    checkpoint: () => readCheckpoint(pool, name, version),
    apply: (batch) => inTransaction(pool, async (client) => {
      if (!(await moveCheckpoint(client, name, version, batch.from, batch.next))) throw new CheckpointConflictError(name, batch.from)
      await runStatements(client, await sqlFold.fold(batch.entries, client))
      await runStatements(client, insertDeadLetters(name, version, batch.deadLetters))
    }),
    deadLetters: () => readDeadLetters(pool, name, version),
    reset: () => inTransaction(pool, async (client) => {
      for (const table of tables) await client.query(`DELETE FROM ${table}`)
      await client.query('DELETE FROM projection_dead_letters WHERE name = $1 AND version = $2', [name, version])
      await client.query('DELETE FROM projection_checkpoints WHERE name = $1 AND version = $2', [name, version])
    }),
    beginRebuild: () => beginSqlRebuild(pool, sqlFold, createSqlProjection),
  }
}

type CheckpointRow = { position: string; last_event_id: string | null; last_event_at: Date | null }

async function readCheckpoint(pool: pg.Pool, name: string, version: number): Promise<Checkpoint> {
  const { rows } = await pool.query<CheckpointRow>('SELECT position, last_event_id, last_event_at FROM projection_checkpoints WHERE name = $1 AND version = $2', [name, version])
  const row = rows[0]
  if (row !== undefined) return { position: asPosition(numberOf(row.position) ?? 0), lastEventId: row.last_event_id ?? undefined, lastEventAt: row.last_event_at?.getTime() }
  await pool.query('INSERT INTO projection_checkpoints (name, version, position, updated_at) VALUES ($1, $2, 0, now()) ON CONFLICT (name, version) DO NOTHING', [name, version])
  return START
}

async function moveCheckpoint(client: SqlRunner, name: string, version: number, from: number, next: Checkpoint): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE projection_checkpoints SET position = $4, last_event_id = $5, last_event_at = COALESCE($6, last_event_at), updated_at = now()
     WHERE name = $1 AND version = $2 AND position = $3`,
    [name, version, from, next.position, next.lastEventId ?? null, timeOfMillis(next.lastEventAt)])
  return rowCount === 1
}

function insertDeadLetters(name: string, version: number, deadLetters: readonly DeadLetter[]): SqlStatement[] {
  const now = timeOfMillis(Date.now())
  return insertRows('projection_dead_letters', [
    { name: 'name', type: 'text', value: () => name },
    { name: 'version', type: 'int4', value: () => version },
    { name: 'position', type: 'int8', value: (letter) => letter.position },
    { name: 'event_id', type: 'text', value: (letter) => letter.eventId },
    { name: 'event_type', type: 'text', value: (letter) => letter.eventType },
    { name: 'error', type: 'text', value: (letter) => plainText(letter.error) },
    { name: 'recorded_at', type: 'timestamptz', value: () => now },
  ], deadLetters, '(name, version, position) DO NOTHING')
}

async function readDeadLetters(pool: pg.Pool, name: string, version: number): Promise<DeadLetter[]> {
  const { rows } = await pool.query<{ position: string; event_id: string | null; event_type: string | null; error: string }>(
    'SELECT position, event_id, event_type, error FROM projection_dead_letters WHERE name = $1 AND version = $2 ORDER BY position', [name, version])
  return rows.map((row) => ({ position: asPosition(Number(row.position)), eventId: row.event_id ?? undefined, eventType: row.event_type ?? undefined, error: row.error }))
}
