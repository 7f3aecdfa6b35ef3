/** The databases that the SQL suite runs on. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createFaults, type Faults } from '../../platform/postgres/testing/cockroach/faults.js'
import { NO_POSTGRES_15, skipsPostgres15 } from '../../platform/postgres/testing/postgres-15.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'

/** What a test needs of a database server. */
export type SqlServer = Pick<TestPostgres, 'createDatabase' | 'stop'>

export type SqlEngine = {
  readonly name: string
  /** Why its tests do not run here. */
  readonly skips?: string
  readonly dialect: 'postgresql' | 'cockroachdb'
  /** Where the engine cannot be made to fail, `faults` is left alone. */
  start(faults: Faults): Promise<SqlServer>
}

export const embedded: SqlEngine = { name: 'embedded PostgreSQL', dialect: 'postgresql', start: () => startTestPostgres('embedded') }

export const postgres15: SqlEngine = {
  name: 'PostgreSQL 15', dialect: 'postgresql', start: () => startTestPostgres('postgres15'),
  ...(skipsPostgres15 ? { skips: NO_POSTGRES_15 } : {}),
}

export const forcedCockroach: SqlEngine = {
  name: 'PostgreSQL forced into CockroachDB', dialect: 'cockroachdb', start: (faults) => startTestPostgres('cockroachdb', faults),
}

const { COCKROACH_URL } = process.env

export const cockroach: SqlEngine = {
  name: 'CockroachDB', dialect: 'cockroachdb', start: () => startOn(COCKROACH_URL ?? ''),
  ...(COCKROACH_URL === undefined ? { skips: 'COCKROACH_URL names no CockroachDB; these tests run on one' } : {}),
}

/** Databases with names of their own on a server that runs already. */
async function startOn(url: string): Promise<SqlServer> {
  const admin = new pg.Pool({ connectionString: url, max: 1 })
  const pools: pg.Pool[] = []
  const names: string[] = []
  return {
    async createDatabase(prepare) {
      const name = `cybermesh_test_${randomBytes(6).toString('hex')}`
      await admin.query(`CREATE DATABASE ${name}`)
      names.push(name)
      const target = new URL(url)
      target.pathname = `/${name}`
      const pool = new pg.Pool({ connectionString: target.href, max: 5 })
      pool.on('error', () => undefined)
      pools.push(pool)
      await prepare?.(pool)
      return pool
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end()))
      for (const name of names) await admin.query(`DROP DATABASE ${name} CASCADE`)
      await admin.end()
    },
  }
}

/** 30 % of transactions must restart, of 5 % the result is unknown; single statements that write are not spared. */
export const heavyFaults = (seed: number): Faults => createFaults({ seed, restarts: 0.3, unknown: 0.05, single: true })
export const withoutFaults = (): Faults => createFaults({ seed: 0, restarts: 0, unknown: 0, single: false })
export const manyUnknown = (seed: number): Faults => createFaults({ seed, restarts: 0, unknown: 0.5, single: true })
