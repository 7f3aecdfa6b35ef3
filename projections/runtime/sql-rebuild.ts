/**
 * Blue/green rebuild of SQL read models. The new version fills tables of the same names in a schema of its own and is
 * compared with the live one under one snapshot while projectors go on; then it takes its place in one transaction. The
 * version before stays in a schema of its own, to go back to.
 */
import type pg from 'pg'
import { asPosition, type Position } from '../../domain/ids.js'
import { findDialect, keepRenamesInTransaction } from '../sql/dialect.js'
import { migrate } from '../sql/migrate.js'
import { kindOfSqlError, withSqlRetry } from '../sql/retry.js'
import { inTransaction } from '../sql/statement.js'
import { NoPreviousVersionError, OtherVersionError, RebuildRunningError } from './errors.js'
import { leaseHolder, takeLease, type Lease } from './lease.js'
import type { Projection, Rebuild, SwitchResult, TableDifference } from './projection.js'
import { createSchema } from './sql/create-schema.js'
import { digestTable } from './sql/digest-table.js'
import { holdLease } from './sql/hold-lease.js'
import { listKeyColumns } from './sql/list-key-columns.js'
import { listPresentTables } from './sql/list-present-tables.js'
import { readHomeSchema } from './sql/read-home-schema.js'
import { readLeaseHolder } from './sql/read-lease-holder.js'
import { readLiveVersion } from './sql/read-live-version.js'
import { readPreviousVersion } from './sql/read-previous-version.js'
import { stayIdle } from './sql/stay-idle.js'
import { differencesOf } from './sql-compare.js'
import type { SqlFold } from './sql-fold.js'
import { makeIndexes, putOffIndexes } from './sql-indexes.js'
import { buildSchema, dropLeftovers, poolInSchema, previousSchema } from './sql-schemas.js'
import { holdLive, moveTables, restorePrevious, stopReaders, type Places } from './sql-switch.js'

type CreateProjection = (pool: pg.Pool, fold: SqlFold, options: { readonly copies: boolean }) => Projection

export async function beginSqlRebuild(live: pg.Pool, fold: SqlFold, create: CreateProjection): Promise<Rebuild> {
  const lease = await takeRebuildLease(live, fold.name)
  return orRelease(lease, async () => {
    await dropLeftovers(live, fold.name)
    const schema = buildSchema(fold.name, lease.token)
    const dialect = await findDialect(live)
    await withSqlRetry(() => createSchema(live, schema))
    const createNew = (pool: pg.Pool): Projection => create(pool, fold, { copies: dialect === 'postgresql' })
    return replacement(live, fold, createNew, lease, schema, (built) => putOffIndexes(built, dialect, schema, fold.tables))
  })
}

export async function beginSqlRollBack(live: pg.Pool, fold: SqlFold, create: CreateProjection): Promise<Rebuild> {
  const lease = await takeRebuildLease(live, fold.name)
  return orRelease(lease, async () => {
    await dropLeftovers(live, fold.name)
    const previous = await readPreviousVersion(live, fold.name)
    if (previous === undefined || (await listPresentTables(live, previous.schema, fold.tables)).length === 0) throw new NoPreviousVersionError(fold.name)
    if (previous.version !== fold.version) {
      throw new OtherVersionError(fold.name, fold.version, previous.version,
        `the previous ${fold.name} was built by version ${previous.version} of its projection, this program has version ${fold.version}; go back with the program that has version ${previous.version}`)
    }
    return replacement(live, fold, (pool) => create(pool, fold, { copies: false }), lease, previous.schema, async () => {
      await withSqlRetry(() => restorePrevious(live, fold.name, previous))
      return []
    })
  })
}

/** Removes what rebuilds that were killed have left. Throws RebuildRunningError while one runs. */
export async function removeSqlLeftovers(live: pg.Pool, name: string): Promise<void> {
  const lease = await takeRebuildLease(live, name)
  await dropLeftovers(live, name).finally(() => lease.release())
}

async function takeRebuildLease(live: pg.Pool, name: string): Promise<Lease> {
  const lease = await takeLease(live, rebuildLease(name), leaseHolder())
  if (lease === undefined) throw new RebuildRunningError(name, await readLeaseHolder(live, rebuildLease(name)))
  return lease
}

const rebuildLease = (name: string): string => `rebuild ${name}`

async function orRelease<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await lease.release()
    throw error
  }
}

/** @param prepare is run once the tables are there, and returns what is to be run before they are compared */
async function replacement(
  live: pg.Pool, fold: SqlFold, create: (pool: pg.Pool) => Projection, lease: Lease, from: string, prepare: (built: pg.Pool) => Promise<readonly string[]>,
): Promise<Rebuild> {
  const { name, version, tables } = fold
  const home = await readHomeSchema(live)
  const aside = previousSchema(name, lease.token)
  const places: Places = { name, version, tables, home, from, aside }
  const pool = poolInSchema(live, from)
  const end = async (): Promise<void> => {
    await pool.end()
    await dropLeftovers(live, name).finally(() => lease.release())
  }
  let putOff: readonly string[]
  try {
    await migrate(pool)
    putOff = await prepare(pool)
    await withSqlRetry(() => createSchema(live, aside))
  } catch (error) {
    await end()
    throw error
  }
  return {
    projection: create(pool),
    async switchOver(catchUp) {
      await makeIndexes(pool, putOff)
      const replaced = (await readLiveVersion(live, name))?.version ?? version
      const isEqual = replaced === version && await withSqlRetry(() => areEqual(live, pool, places, catchUp))
      // What came while the two were compared, so that little is left for the time projectors are held.
      await catchUp((await readLiveVersion(live, name))?.checkpoint.position ?? asPosition(0))
      return withSqlRetry(() => switchNow(live, places, lease, isEqual, catchUp))
    },
    async compare(catchUp) {
      await makeIndexes(pool, putOff)
      await catchUp((await readLiveVersion(live, name))?.checkpoint.position ?? asPosition(0))
      return withSqlRetry(async () => {
        const client = await live.connect()
        try {
          return await differencesOf(client, home, from, await listPresentTables(client, home, tables))
        } finally {
          client.release()
        }
      })
    },
    end,
  }
}

/** Both at the position of one snapshot of the live version, which goes on meanwhile. */
async function areEqual(live: pg.Pool, built: pg.Pool, { name, tables, home, from }: Places, catchUp: (to: Position) => Promise<void>): Promise<boolean> {
  const dialect = await findDialect(live)
  const client = await live.connect()
  const onLost = (): void => undefined
  client.on('error', onLost)
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    await stayIdle(client)
    await catchUp((await readLiveVersion(client, name))?.checkpoint.position ?? asPosition(0))
    if ((await listPresentTables(client, home, tables)).length < tables.length) return false
    for (const table of tables) {
      const keys = await listKeyColumns(client, `${home}.${table}`)
      const [one, other] = await Promise.all([digestTable(client, dialect, `${home}.${table}`, keys), digestTable(built, dialect, `${from}.${table}`, keys)])
      if (one !== other) return false
    }
    return true
  } finally {
    await client.query('ROLLBACK').catch(() => undefined)
    client.off('error', onLost)
    client.release()
  }
}

async function switchNow(live: pg.Pool, places: Places, lease: Lease, isEqual: boolean, catchUp: (to: Position) => Promise<void>): Promise<SwitchResult> {
  const { name, tables, home, from, aside, version } = places
  const dialect = await findDialect(live)
  let heldAt = 0
  let stoppedAt = 0
  let result: Pick<SwitchResult, 'position' | 'isEqual' | 'differences' | 'replaced'> | undefined
  try {
    await inTransaction(live, async (client) => {
      await keepRenamesInTransaction(client, dialect)
      if (!(await holdLease(client, rebuildLease(name), lease.token))) throw new RebuildRunningError(name, undefined)
      const before = await holdLive(client, places)
      heldAt = performance.now()
      const { position } = before.checkpoint
      await catchUp(position)
      let differences: readonly TableDifference[] = []
      // Another version is meant to differ.
      if (!isEqual && before.version === version) differences = await differencesOf(client, home, from, await listPresentTables(client, home, tables))
      await stopReaders(client, dialect, places)
      stoppedAt = performance.now()
      await moveTables(client, places, before)
      result = { position, isEqual, differences, replaced: before.version }
    })
  } catch (error) {
    // The answer to a commit may be lost; what it wrote tells whether it was one.
    if (result === undefined || kindOfSqlError(error) !== 'transient' || (await withSqlRetry(() => readPreviousVersion(live, name)))?.schema !== aside) throw error
  }
  if (result === undefined) throw new Error(`the switch of ${name} ended without a result`)
  return { ...result, heldMs: performance.now() - heldAt, switchMs: performance.now() - stoppedAt }
}
