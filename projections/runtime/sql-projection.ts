/** A projection into SQL: the compare-and-set of the checkpoint comes first, so two projectors can never both apply. */
import type pg from 'pg'
import { withSqlRetry } from '../sql/retry.js'
import { inTransaction, runStatements, type SqlRunner } from '../sql/statement.js'
import { CheckpointConflictError, OtherVersionError, ReadModelLostError } from './errors.js'
import { LeaseLostError } from './lease.js'
import type { Projection, ProjectionBatch } from './projection.js'
import { beginCheckpoint } from './sql/begin-checkpoint.js'
import { countAttempt } from './sql/count-attempt.js'
import { deleteCheckpoints } from './sql/delete-checkpoints.js'
import { deleteDeadLetters } from './sql/delete-dead-letters.js'
import { emptyTable } from './sql/empty-table.js'
import { holdLease } from './sql/hold-lease.js'
import { insertDeadLetters } from './sql/insert-dead-letters.js'
import { moveCheckpoint } from './sql/move-checkpoint.js'
import { readCheckpoint } from './sql/read-checkpoint.js'
import { readDeadLetters } from './sql/read-dead-letters.js'
import { readLiveVersion } from './sql/read-live-version.js'
import type { SqlFold } from './sql-fold.js'
import { beginSqlRebuild, beginSqlRollBack, removeSqlLeftovers } from './sql-rebuild.js'
import { isTableMissing, recoverTables, refuseMissing } from './sql-recover.js'

/** @param copies where it writes to PostgreSQL into tables that were empty when it began: COPY takes the place of INSERT */
export const createSqlProjection = (pool: pg.Pool, sqlFold: SqlFold, { copies = false } = {}): Projection => createFencedProjection(pool, sqlFold, undefined, copies)

/** @param token of the lease that must be held for a write; undefined where one process alone has the database */
function createFencedProjection(pool: pg.Pool, sqlFold: SqlFold, token: number | undefined, copies: boolean): Projection {
  const { name, version, tables } = sqlFold
  /** The position this handle has brought the tables to, to notice that they lost something. */
  let reached = 0
  const noticing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (isTableMissing(error)) throw new ReadModelLostError(name, reached, 0, `tables are gone (${error instanceof Error ? error.message : String(error)})`)
      throw error
    }
  }
  const apply = async (batch: ProjectionBatch, withCopy: boolean): Promise<void> => {
    const isMoved = await inTransaction(pool, async (client) => {
      if (token !== undefined && !(await holdLease(client, name, token))) throw new LeaseLostError(name, token)
      if (batch.from === 0) await beginCheckpoint(client, name, version)
      if (!(await moveCheckpoint(client, name, version, batch.from, batch.next))) return false
      await runStatements(client, await sqlFold.fold(batch.entries, client), { copies: withCopy })
      await runStatements(client, insertDeadLetters(name, version, batch.deadLetters, Date.now()))
      return true
    })
    if (!isMoved) throw await whyNotMoved(pool, sqlFold, batch.from)
    reached = batch.next.position
  }
  const applyOnce = (batch: ProjectionBatch): Promise<void> => apply(batch, copies).catch((error: unknown) => {
    // A row that the log says twice: an INSERT leaves it as it was.
    if (!copies || (error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error
    return apply(batch, false)
  })
  return {
    name,
    version,
    takesUnreadable: sqlFold.takesUnreadable ?? false,
    checkpoint: () => noticing(async () => {
      const checkpoint = await readCheckpoint(pool, name, version)
      reached = checkpoint.position
      return checkpoint
    }),
    apply: (batch) => noticing(() => applyOnce(batch)),
    deadLetters: () => readDeadLetters(pool, name, version),
    verify: () => noticing(() => refuseMissing(pool, sqlFold, reached)),
    recover: () => recoverTables(pool, sqlFold),
    live: () => readLiveVersion(pool, name),
    fenced: (held) => createFencedProjection(pool, sqlFold, held, copies),
    countAttempt: async (positions, error) => { await countAttempt(pool, name, version, positions, error) },
    removeLeftovers: () => removeSqlLeftovers(pool, name),
    reset: () => withSqlRetry(() => inTransaction(pool, async (client) => {
      for (const table of tables) await emptyTable(client, table)
      await deleteDeadLetters(client, name, version)
      await deleteCheckpoints(client, name, version)
    })),
    beginRebuild: () => beginSqlRebuild(pool, sqlFold, createSqlProjection),
    beginRollBack: () => beginSqlRollBack(pool, sqlFold, createSqlProjection),
  }
}

const UNIQUE_VIOLATION = '23505'

/** The checkpoint did not stand where the batch begins: what that means depends on where it stands. */
async function whyNotMoved(pool: SqlRunner, { name, version }: SqlFold, from: number): Promise<Error> {
  const live = await readLiveVersion(pool, name)
  if (live !== undefined && live.version !== version) {
    return new OtherVersionError(name, version, live.version,
      `version ${live.version} of ${name} is live, this program has version ${version}; ${live.version > version ? 'start the newer program, or go back with `cybermesh rebuild ' + name + ' --rollback`' : 'it is built beside the live one by a projector or `cybermesh rebuild ' + name + '`'}`)
  }
  const position = live?.checkpoint.position ?? 0
  if (position < from) return new ReadModelLostError(name, from, position, 'the database lost its last transactions, or an older copy of it was put in its place')
  return new CheckpointConflictError(name, from)
}
