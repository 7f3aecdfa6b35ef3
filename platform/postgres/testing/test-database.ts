/** One PostgreSQL for a test file and a fresh database for each test. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../index.js'

export type TestPostgres = {
  readonly server: EmbeddedPostgres
  /** A pool on a new database with what `prepare` makes, or an empty one; closed by `stop`. */
  createDatabase(prepare?: (pool: pg.Pool) => Promise<unknown>): Promise<pg.Pool>
  stop(): Promise<void>
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-pg-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: folder })
  const pools: pg.Pool[] = []
  const poolOn = (name: string, max: number): pg.Pool => {
    const pool = new pg.Pool({ connectionString: server.url.replace(/\/[^/]*$/, `/${name}`), max })
    // An idle connection that a test cuts on purpose must not end the test run.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => { client.on('error', () => undefined) })
    return pool
  }
  const admin = poolOn('cybermesh', 1)
  pools.push(admin)
  const templates = new Map<unknown, string>()
  let count = 0
  /** Copying a prepared database takes a fraction of preparing another. */
  const templateOf = async (prepare: (pool: pg.Pool) => Promise<unknown>): Promise<string> => {
    const known = templates.get(prepare)
    if (known !== undefined) return known
    const name = `template_${templates.size}`
    await admin.query(`CREATE DATABASE ${name}`)
    const pool = poolOn(name, 2)
    await prepare(pool)
    await pool.end()
    templates.set(prepare, name)
    return name
  }
  return {
    server,
    async createDatabase(prepare) {
      const name = `test_${++count}`
      await admin.query(`CREATE DATABASE ${name}${prepare === undefined ? '' : ` TEMPLATE ${await templateOf(prepare)}`}`)
      const pool = poolOn(name, 5)
      pools.push(pool)
      return pool
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()))
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
