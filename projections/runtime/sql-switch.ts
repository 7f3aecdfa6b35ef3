/**
 * The switch of a SQL read model: one transaction that holds the live checkpoint, moves the live tables aside and the
 * new ones into their place. Readers that hold `projection_versions` while they read see one version or the other.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Dialect } from '../sql/dialect.js'
import type { SqlRunner } from '../sql/statement.js'
import { SwitchBlockedError } from './errors.js'
import { START, type LiveVersion } from './projection.js'
import { beginCheckpoint } from './sql/begin-checkpoint.js'
import { holdCheckpoint } from './sql/hold-checkpoint.js'
import { limitLockWait } from './sql/limit-lock-wait.js'
import { listPresentTables } from './sql/list-present-tables.js'
import { lockTables } from './sql/lock-tables.js'
import { moveTable } from './sql/move-table.js'
import { putDeadLettersAside } from './sql/put-dead-letters-aside.js'
import { readLiveVersion } from './sql/read-live-version.js'
import type { PreviousVersion } from './sql/read-previous-version.js'
import { renameCheckpointVersion } from './sql/rename-checkpoint-version.js'
import { restoreCheckpoint } from './sql/restore-checkpoint.js'
import { restoreDeadLetters } from './sql/restore-dead-letters.js'
import { stayIdle } from './sql/stay-idle.js'
import { takeDeadLettersIn } from './sql/take-dead-letters-in.js'
import { writePreviousVersion } from './sql/write-previous-version.js'

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
  await stayIdle(client)
  await beginCheckpoint(client, name, version)
  await holdCheckpoint(client, name)
  return await readLiveVersion(client, name) ?? { version, checkpoint: START }
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
  const present = await listPresentTables(client, home, tables)
  const all = ['projection_versions', ...present.map((table) => `${home}.${table}`), ...tables.map((table) => `${from}.${table}`)]
  const deadline = performance.now() + LOCK_WITHIN_MS
  await limitLockWait(client, LOCK_ATTEMPT_MS)
  for (;;) {
    await client.query('SAVEPOINT before_lock')
    try {
      await lockTables(client, all)
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
  for (const table of await listPresentTables(client, home, tables)) await moveTable(client, table, home, aside)
  for (const table of tables) await moveTable(client, table, from, home)
  await putDeadLettersAside(client, name, aside)
  await takeDeadLettersIn(client, name, version, from)
  // The row stays the same row: a projector of the same version that waits for it goes on, one of another stops.
  await renameCheckpointVersion(client, name, before.version, version)
  await writePreviousVersion(client, name, version, aside, before)
}

/** Gives a version that was put aside its checkpoint and dead letters again; a roll back that was cancelled may have moved on from there. */
export async function restorePrevious(sql: SqlRunner, name: string, { schema, version }: PreviousVersion): Promise<void> {
  await restoreCheckpoint(sql, name, schema)
  await restoreDeadLetters(sql, name, version, schema)
}
