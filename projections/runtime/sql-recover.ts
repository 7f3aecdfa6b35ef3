/**
 * Tables that somebody dropped: noticed, made again by the migrations, and filled from position 0. Everything in them
 * is also in the event log.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { migrate } from '../sql/migrate.js'
import { withSqlRetry } from '../sql/retry.js'
import { inTransaction } from '../sql/statement.js'
import { ReadModelLostError } from './errors.js'
import { createSchema } from './sql/create-schema.js'
import { deleteCheckpoints } from './sql/delete-checkpoints.js'
import { deleteDeadLetters } from './sql/delete-dead-letters.js'
import { emptyTable } from './sql/empty-table.js'
import { findLosses } from './sql/find-losses.js'
import { forgetMigrations } from './sql/forget-migrations.js'
import { listPresentTables } from './sql/list-present-tables.js'
import { readHomeSchema } from './sql/read-home-schema.js'
import { readLiveVersion } from './sql/read-live-version.js'
import type { SqlFold } from './sql-fold.js'

/** Undefined table, invalid schema name, no schema to create in. */
const MISSING = new Set(['42P01', '3F000'])

export const isTableMissing = (error: unknown): boolean => MISSING.has(String((error as { code?: unknown } | undefined)?.code))

const OURS = ['projection_checkpoints', 'projection_dead_letters', 'projection_leases', 'projection_versions', 'schema_migrations'] as const

/** Throws ReadModelLostError where a table is gone or the checkpoint went back. */
export async function refuseMissing(pool: pg.Pool, { name, version, tables }: SqlFold, reached: number): Promise<void> {
  const losses = await findLosses(pool, name, version, [...OURS, ...tables])
  if (losses === undefined) return
  const { missing, position } = losses
  if (missing.length > 0) throw new ReadModelLostError(name, reached, 0, `tables are gone (${missing.join(', ')})`)
  // A checkpoint that is gone altogether may be that of a newer version; applying the next batch tells.
  if (position !== null && position < reached) {
    throw new ReadModelLostError(name, reached, position, 'the database lost its last transactions, or an older copy of it was put in its place')
  }
}

const ATTEMPTS = 10
const PAUSE_MS = 300

/**
 * Makes what is missing. The projection begins at 0 where one of its tables was, or its checkpoint. All projections of
 * all processes do this at once after a schema was dropped, and get in each other's way: whoever fails looks again.
 */
export async function recoverTables(pool: pg.Pool, fold: SqlFold): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeTables(pool, fold)
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
      await sleep(PAUSE_MS * (0.5 + Math.random()))
    }
  }
}

async function makeTables(pool: pg.Pool, { name, tables }: SqlFold): Promise<void> {
  const home = await readHomeSchema(pool)
  await withSqlRetry(() => createSchema(pool, home))
  const present = await listPresentTables(pool, home, [...OURS, ...tables])
  const isWhole = present.length === OURS.length + tables.length
  if (isWhole && await readLiveVersion(pool, name) !== undefined) return
  if (!isWhole) {
    // Steps say IF NOT EXISTS, so running all of them makes what is missing and leaves the rest.
    if (present.includes('schema_migrations')) await withSqlRetry(() => forgetMigrations(pool))
    await migrate(pool)
  }
  await withSqlRetry(() => inTransaction(pool, async (client) => {
    for (const table of tables) await emptyTable(client, table)
    await deleteDeadLetters(client, name)
    await deleteCheckpoints(client, name)
  }))
}
