/**
 * All SQL reads of one request see one moment: a read-only transaction with one snapshot. It holds projection_versions,
 * so that a rebuild switches before it or after it. The lock must come before the snapshot: a snapshot taken while the
 * switch waits would see the new tables without the rows that were written to them last.
 */
import type pg from 'pg'
import type { Dialect } from '../projections/sql/dialect.js'
import type { SqlRunner } from '../projections/sql/statement.js'

export type Snapshot = {
  readonly sql: SqlRunner
  /** Position of each SQL read model, by name. */
  readonly positions: ReadonlyMap<string, number>
  close(): Promise<void>
}

const BEGIN = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
/** CockroachDB has no such lock: its schema changes wait for no reader. */
const LOCK: Readonly<Record<Dialect, string>> = { postgresql: 'LOCK TABLE projection_versions IN ACCESS SHARE MODE;', cockroachdb: '' }
/** A projection has one row, and for a moment after an upgrade that was interrupted two. */
const POSITIONS = 'SELECT name, max(position) AS position FROM projection_checkpoints GROUP BY name'

type PositionRow = { name: string; position: string }

export async function openSnapshot(pool: pg.Pool, dialect: Dialect): Promise<Snapshot> {
  const client = await pool.connect()
  let isBroken = false
  const onLost = (): void => { isBroken = true }
  client.on('error', onLost)
  const close = async (): Promise<void> => {
    await client.query('ROLLBACK').catch(onLost)
    if (!isBroken) client.off('error', onLost)
    client.release(isBroken)
  }
  try {
    // One round trip; the answer is that of the last statement.
    const results = await client.query<PositionRow>(`${BEGIN}; ${LOCK[dialect]} ${POSITIONS}`) as unknown as pg.QueryResult<PositionRow>[]
    const positions = new Map(results.at(-1)?.rows.map(({ name, position }) => [name, Number(position)]))
    return { sql: oneAtATime(client), positions, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Resolvers ask at the same time; a connection answers one after another. */
function oneAtATime(client: pg.PoolClient): SqlRunner {
  let last: Promise<unknown> = Promise.resolve()
  const query = (...args: unknown[]): Promise<unknown> => {
    const next = last.then(() => (client.query as (...args: unknown[]) => Promise<unknown>)(...args))
    last = next.catch(() => undefined)
    return next
  }
  return { query: query as SqlRunner['query'] }
}
