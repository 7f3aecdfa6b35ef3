/**
 * One PostgreSQL for a test file and a fresh database for each test. CYBERMESH_SQL says which: the embedded one, the
 * system's PostgreSQL 15, or the embedded one forced into the rules of CockroachDB, with restarts injected.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../index.js'
import { createFaults, type Faults } from './cockroach/faults.js'
import { startForcedCockroach } from './cockroach/proxy.js'
import { postgres15 } from './postgres-15.js'

export type TestPostgres = {
  readonly server: EmbeddedPostgres
  /** A pool on a new database with what `prepare` makes, or an empty one; closed by `stop`. */
  createDatabase(prepare?: (pool: pg.Pool) => Promise<unknown>): Promise<pg.Pool>
  stop(): Promise<void>
}

export const TEST_ENGINES = ['embedded', 'postgres15', 'cockroachdb'] as const
export type TestEngine = (typeof TEST_ENGINES)[number]

export const DEFAULT_RATES = { restarts: 0.3, unknown: 0.05 } as const

/** The engine that the run asks for. */
export function testEngine(): TestEngine {
  const name = process.env.CYBERMESH_SQL ?? 'embedded'
  const found = TEST_ENGINES.find((engine) => engine === name)
  if (found === undefined) throw new Error(`CYBERMESH_SQL is "${name}"; it may be ${TEST_ENGINES.join(', ')}`)
  return found
}

/** @param faults of the forced CockroachDB; by default those of CockroachDB under contention, in transactions only */
export async function startTestPostgres(engine: TestEngine = testEngine(), faults: Faults = faultsOfRun()): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-pg-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: folder, ...(engine === 'postgres15' ? { binaries: postgres15() } : {}) })
  const proxy = engine === 'cockroachdb' ? await startForcedCockroach({ url: server.url, faults }) : undefined
  const pools: pg.Pool[] = []
  const poolOn = (url: string, name: string, max: number): pg.Pool => {
    const pool = new pg.Pool({ connectionString: url.replace(/\/[^/]*$/, `/${name}`), max, idleTimeoutMillis: 1000 })
    // An idle connection that a test cuts on purpose must not end the test run.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => { client.on('error', () => undefined) })
    return pool
  }
  const url = proxy?.url ?? server.url
  const admin = poolOn(server.url, 'cybermesh', 1)
  pools.push(admin)
  const templates = new Map<unknown, string>()
  let count = 0
  /** Copying a prepared database takes a fraction of preparing another. */
  const templateOf = async (prepare: (pool: pg.Pool) => Promise<unknown>): Promise<string> => {
    const known = templates.get(prepare)
    if (known !== undefined) return known
    const name = `template_${templates.size}`
    await admin.query(`CREATE DATABASE ${name}`)
    const pool = poolOn(url, name, 2)
    await prepare(pool)
    await pool.end()
    await untilFree(admin, name)
    templates.set(prepare, name)
    return name
  }
  return {
    server: { ...server, url },
    async createDatabase(prepare) {
      const name = `test_${++count}`
      await admin.query(`CREATE DATABASE ${name}${prepare === undefined ? '' : ` TEMPLATE ${await templateOf(prepare)}`}`)
      const pool = poolOn(url, name, 5)
      pools.push(pool)
      return pool
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()))
      await proxy?.stop()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A database is a template only while nobody is connected; behind a proxy, connections end a little later. */
async function untilFree(admin: pg.Pool, name: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline) {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_stat_activity WHERE datname = $1', [name])
    if (rowCount === 0) return
  }
  throw new Error(`somebody is still connected to ${name}`)
}

/** CYBERMESH_SQL_SEED repeats a run. */
function faultsOfRun(): Faults {
  const seed = Number(process.env.CYBERMESH_SQL_SEED ?? Date.now() % 1_000_000)
  if (testEngine() === 'cockroachdb') process.stdout.write(`forced CockroachDB, CYBERMESH_SQL_SEED=${seed}\n`)
  return createFaults({ seed, single: false, ...DEFAULT_RATES })
}
