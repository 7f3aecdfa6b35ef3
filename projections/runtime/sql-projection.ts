/** A projection into SQL: the compare-and-set of the checkpoint comes first, so two projectors can never both apply. */
import type pg from 'pg'
import { asPosition } from '../../domain/ids.js'
import { numberOf, plainText, timeOfMillis } from '../sql/values.js'
import { withSqlRetry } from '../sql/retry.js'
import { inTransaction, runStatements, type SqlRunner, type SqlStatement } from '../sql/statement.js'
import { insertRows } from '../sql/bulk.js'
import { CheckpointConflictError, OtherVersionError, ReadModelLostError } from './errors.js'
import { holdsLease, LeaseLostError } from './lease.js'
import { moveCheckpoint, readCheckpoint, readLiveVersion } from './sql-checkpoint.js'
import { isTableMissing, recoverTables, refuseMissing } from './sql-recover.js'
import { beginSqlRebuild, beginSqlRollBack, removeSqlLeftovers } from './sql-rebuild.js'
import type { BatchEntry, DeadLetter, Projection, ProjectionBatch } from './projection.js'

export type SqlFold = {
  readonly name: string
  readonly version: number
  readonly takesUnreadable?: boolean
  /** Tables that belong to this projection alone. */
  readonly tables: readonly string[]
  /** What has to change for these entries. May read inside the transaction; must not write. */
  fold(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]>
}

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
      if (token !== undefined && !(await holdsLease(client, name, token))) throw new LeaseLostError(name, token)
      if (!(await moveCheckpoint(client, name, version, batch.from, batch.next))) return false
      await runStatements(client, await sqlFold.fold(batch.entries, client), { copies: withCopy })
      await runStatements(client, insertDeadLetters(name, version, batch.deadLetters))
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
    countAttempt: async (positions, error) => {
      await pool.query(
        `UPDATE projection_dead_letters SET attempts = attempts + 1, tried_at = now(), error = $4
         WHERE name = $1 AND version = $2 AND position = ANY($3::INT8[])`, [name, version, positions, plainText(error)])
    },
    removeLeftovers: () => removeSqlLeftovers(pool, name),
    reset: () => withSqlRetry(() => inTransaction(pool, async (client) => {
      for (const table of tables) await client.query(`DELETE FROM ${table}`)
      await client.query('DELETE FROM projection_dead_letters WHERE name = $1 AND version = $2', [name, version])
      await client.query('DELETE FROM projection_checkpoints WHERE name = $1 AND version = $2', [name, version])
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

type DeadLetterRow = { position: string; event_id: string | null; event_type: string | null; error: string; attempts: number; recorded_at: Date; tried_at: Date | null }

async function readDeadLetters(pool: pg.Pool, name: string, version: number): Promise<DeadLetter[]> {
  const { rows } = await pool.query<DeadLetterRow>(
    'SELECT position, event_id, event_type, error, attempts, recorded_at, tried_at FROM projection_dead_letters WHERE name = $1 AND version = $2 ORDER BY position', [name, version])
  return rows.map((row) => ({
    position: asPosition(numberOf(row.position) ?? 0), eventId: row.event_id ?? undefined, eventType: row.event_type ?? undefined, error: row.error,
    attempts: row.attempts, firstAt: row.recorded_at.getTime(), lastAt: (row.tried_at ?? row.recorded_at).getTime(),
  }))
}
