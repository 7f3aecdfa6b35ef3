/**
 * The switch of a SQL read model: one transaction that holds the live checkpoint, moves the live tables aside and the
 * new ones into their place. Readers that hold `projection_versions` while they read see one version or the other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { asPosition } from '../../domain/ids.js'
import type { Dialect } from '../sql/dialect.js'
import type { SqlRunner } from '../sql/statement.js'
import { SwitchBlockedError } from './errors.js'
import type { LiveVersion } from './projection.js'
import { readLiveVersion } from './sql-checkpoint.js'

export type Places = {
  readonly name: string
  /** The version that takes the place of the live one. */
  readonly version: number
  readonly tables: readonly string[]
  /** Where readers look. */
  readonly home: string
  /** Where the new tables are. */
  readonly from: string
  /** Where the live ones go; exists and is empty. */
  readonly aside: string
}

/** Waits for the batch in progress; the next one waits for the end of our transaction. */
export async function holdLive(client: SqlRunner, { name, version }: Places): Promise<LiveVersion> {
  // The caller works on another connection meanwhile: ours is idle, and that is not a fault.
  await client.query('SET LOCAL idle_in_transaction_session_timeout = 0')
  await client.query(
    `INSERT INTO projection_checkpoints (name, version, position, updated_at)
     SELECT $1, $2, 0, now() WHERE NOT EXISTS (SELECT 1 FROM projection_checkpoints WHERE name = $1) ON CONFLICT (name, version) DO NOTHING`, [name, version])
  await client.query('SELECT 1 FROM projection_checkpoints WHERE name = $1 FOR UPDATE', [name])
  return await readLiveVersion(client, name) ?? { version, checkpoint: { position: asPosition(0), lastEventId: undefined, lastEventAt: undefined } }
}

const LOCK_ATTEMPT_MS = 200
const LOCK_WITHIN_MS = 60_000
const LOCK_REFUSED = new Set(['55P03', '40P01'])

/**
 * Takes the tables away from readers. A reader that holds one of them for long would make all later readers wait
 * behind us, so we step back after a moment and try again. CockroachDB changes schemas without stopping readers.
 */
export async function stopReaders(client: SqlRunner, dialect: Dialect, { name, tables, home, from }: Places): Promise<void> {
  if (dialect === 'cockroachdb') return
  const present = await presentTables(client, home, tables)
  const all = ['projection_versions', ...present.map((table) => `${home}.${table}`), ...tables.map((table) => `${from}.${table}`)]
  const deadline = performance.now() + LOCK_WITHIN_MS
  await client.query(`SET LOCAL lock_timeout = ${LOCK_ATTEMPT_MS}`)
  for (;;) {
    await client.query('SAVEPOINT before_lock')
    try {
      await client.query(`LOCK TABLE ${all.join(', ')} IN ACCESS EXCLUSIVE MODE`)
      return
    } catch (error) {
      if (!LOCK_REFUSED.has(String((error as { code?: unknown }).code))) throw error
      if (performance.now() > deadline) throw new SwitchBlockedError(name, LOCK_WITHIN_MS / 1000)
      await client.query('ROLLBACK TO SAVEPOINT before_lock')
      await sleep(LOCK_ATTEMPT_MS / 4)
    }
  }
}

/** Moves tables, dead letters and the version that the checkpoint names, and writes down what was put aside. */
export async function moveTables(client: SqlRunner, places: Places, before: LiveVersion): Promise<void> {
  const { name, version, tables, home, from, aside } = places
  for (const table of await presentTables(client, home, tables)) await client.query(`ALTER TABLE ${home}.${table} SET SCHEMA ${aside}`)
  for (const table of tables) await client.query(`ALTER TABLE ${from}.${table} SET SCHEMA ${home}`)
  await client.query('UPDATE projection_dead_letters SET name = $2 WHERE name = $1', [name, aside])
  await client.query(
    `INSERT INTO projection_dead_letters (name, version, position, event_id, event_type, error, recorded_at, attempts, tried_at)
     SELECT name, version, position, event_id, event_type, error, recorded_at, attempts, tried_at FROM ${from}.projection_dead_letters WHERE name = $1 AND version = $2`, [name, version])
  // The row stays the same row: a projector of the same version that waits for it goes on, one of another stops.
  await client.query('UPDATE projection_checkpoints SET version = $2 WHERE name = $1 AND version = $3', [name, version, before.version])
  const { position, lastEventId = null, lastEventAt } = before.checkpoint
  await client.query(
    `INSERT INTO projection_versions (name, version, previous_schema, previous_version, previous_position, previous_event_id, previous_event_at, switched_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version, previous_schema = EXCLUDED.previous_schema,
     previous_version = EXCLUDED.previous_version, previous_position = EXCLUDED.previous_position, previous_event_id = EXCLUDED.previous_event_id,
     previous_event_at = EXCLUDED.previous_event_at, switched_at = EXCLUDED.switched_at`,
    [name, version, aside, before.version, position, lastEventId, lastEventAt === undefined ? null : new Date(lastEventAt).toISOString()])
}

export type PreviousVersion = { readonly schema: string; readonly version: number }

export async function readPrevious(sql: SqlRunner, name: string): Promise<PreviousVersion | undefined> {
  const { rows } = await sql.query<{ schema: string; version: number }>('SELECT previous_schema AS schema, previous_version AS version FROM projection_versions WHERE name = $1', [name])
  return rows[0]
}

/** Gives a version that was put aside its checkpoint and dead letters again; a roll back that was cancelled may have moved on from there. */
export async function restorePrevious(sql: SqlRunner, name: string, { schema, version }: PreviousVersion): Promise<void> {
  await sql.query(
    `INSERT INTO ${schema}.projection_checkpoints (name, version, position, last_event_id, last_event_at, updated_at)
     SELECT name, previous_version, previous_position, previous_event_id, previous_event_at, now() FROM projection_versions WHERE name = $1
     ON CONFLICT (name, version) DO NOTHING`, [name])
  await sql.query(
    `INSERT INTO ${schema}.projection_dead_letters (name, version, position, event_id, event_type, error, recorded_at, attempts, tried_at)
     SELECT $1, version, position, event_id, event_type, error, recorded_at, attempts, tried_at FROM projection_dead_letters WHERE name = $2 AND version = $3
     ON CONFLICT (name, version, position) DO NOTHING`, [name, schema, version])
}

/** Those of `tables` that exist. */
export async function presentTables(client: SqlRunner, schema: string, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 AND table_name = ANY($2::TEXT[])', [schema, tables])
  const present = new Set(rows.map(({ name }) => name))
  return tables.filter((table) => present.has(table))
}
