/** One PostgreSQL for a test file and a fresh database for each test. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../index.js'

export type TestPostgres = {
  readonly server: EmbeddedPostgres
  /** A pool on a new, empty database; closed by `stop`. */
  createDatabase(): Promise<pg.Pool>
  stop(): Promise<void>
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-pg-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedPostgres({ dataDir: folder })
  const admin = new pg.Pool({ connectionString: server.url, max: 1 })
  const pools: pg.Pool[] = [admin]
  let count = 0
  return {
    server,
    async createDatabase() {
      const name = `test_${++count}`
      await admin.query(`CREATE DATABASE ${name}`)
      const pool = new pg.Pool({ connectionString: server.url.replace(/\/[^/]*$/, `/${name}`), max: 5 })
      // An idle connection that a test cuts on purpose must not end the test run.
      pool.on('error', () => undefined)
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
