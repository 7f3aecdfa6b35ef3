/** What the SQL read models say, read in one snapshot so that rows and checkpoints belong together. */
import type pg from 'pg'
import type { LifecycleState } from '../../domain/anomaly/events.js'
import { readTallies, type Tallies } from './read-tallies.js'

export type SqlBlock = { readonly height: number; readonly hash: string; readonly parentHash: string; readonly txCount: number }

export type SqlFacts = {
  /** Checkpoints by projection. */
  readonly checkpoints: ReadonlyMap<string, number>
  readonly blocks: readonly SqlBlock[]
  readonly transactions: number
  readonly current: Readonly<Partial<Record<LifecycleState, number>>>
  readonly ever: Readonly<Partial<Record<LifecycleState, number>>>
  readonly deadLetters: number
  /** Absent where the read models that count were never made. */
  readonly tallies?: Tallies
}

/** @param versions which version of each projection is the live one; undefined where the tables were never made */
export async function readSqlFacts(pool: pg.Pool, versions: ReadonlyMap<string, number>): Promise<SqlFacts | undefined> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const { rows: [tables] } = await client.query<{ are_there: boolean }>(`SELECT to_regclass('blocks') IS NOT NULL AND to_regclass('lifecycle_totals') IS NOT NULL AND to_regclass('projection_checkpoints') IS NOT NULL AS are_there`)
    return tables?.are_there === true ? await readFacts(client, versions) : undefined
  } finally {
    await client.query('ROLLBACK').catch(() => undefined)
    client.release()
  }
}

async function readFacts(client: pg.PoolClient, versions: ReadonlyMap<string, number>): Promise<SqlFacts> {
  const checkpoints = await client.query<{ name: string; version: number; position: string }>('SELECT name, version, position FROM projection_checkpoints')
  const totals = await client.query<{ state: LifecycleState; current_count: string; ever_count: string }>('SELECT state, current_count, ever_count FROM lifecycle_totals')
  const transactions = await client.query<{ n: string }>('SELECT count(*) AS n FROM transactions')
  const deadLetters = await client.query<{ n: string }>('SELECT count(*) AS n FROM projection_dead_letters')
  const tallies = await readTallies(client)
  return {
    checkpoints: new Map(checkpoints.rows.filter(({ name, version }) => versions.get(name) === version).map(({ name, position }) => [name, Number(position)])),
    blocks: await readBlocks(client),
    transactions: Number(transactions.rows[0]?.n),
    current: Object.fromEntries(totals.rows.map((row) => [row.state, Number(row.current_count)])),
    ever: Object.fromEntries(totals.rows.map((row) => [row.state, Number(row.ever_count)])),
    deadLetters: Number(deadLetters.rows[0]?.n),
    ...(tallies === undefined ? {} : { tallies }),
  }
}

const PAGE = 5000

async function readBlocks(client: pg.PoolClient): Promise<SqlBlock[]> {
  const blocks: SqlBlock[] = []
  for (;;) {
    const { rows } = await client.query<{ height: string; hash: string; parent: string; tx_count: number }>(
      `SELECT height, encode(block_hash, 'hex') AS hash, encode(parent_hash, 'hex') AS parent, tx_count FROM blocks WHERE height > $1 ORDER BY height LIMIT ${PAGE}`,
      [blocks.at(-1)?.height ?? Number.MIN_SAFE_INTEGER])
    blocks.push(...rows.map((row) => ({ height: Number(row.height), hash: row.hash, parentHash: row.parent, txCount: row.tx_count })))
    if (rows.length < PAGE) return blocks
  }
}
