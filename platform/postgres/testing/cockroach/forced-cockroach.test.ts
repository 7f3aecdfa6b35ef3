import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../test-database.js'
import { createFaults, type FaultOptions, type Faults } from './faults.js'
import { startForcedCockroach, type ForcedCockroach } from './proxy.js'
import { RULES } from './rules.js'

let postgres: TestPostgres
let direct: pg.Pool
let plain: ForcedCockroach
let client: pg.Client
const opened: { end(): Promise<void> }[] = []
beforeAll(async () => {
  postgres = await startTestPostgres('embedded')
  direct = await postgres.createDatabase()
  await direct.query('CREATE TABLE rows (id INT4 PRIMARY KEY, body BYTEA)')
  plain = await startForcedCockroach({ url: direct.options.connectionString as string })
  client = await connect(plain)
})
afterAll(async () => {
  await client.end()
  await plain.stop()
  await postgres.stop()
})
afterEach(async () => {
  for (const { end } of opened.splice(0)) await end()
  await direct.query('DELETE FROM rows')
})

async function connect({ url }: ForcedCockroach): Promise<pg.Client> {
  const connected = new pg.Client({ connectionString: url })
  await connected.connect()
  return connected
}
async function connectWith(faults: Faults): Promise<pg.Client> {
  const forced = await startForcedCockroach({ url: direct.options.connectionString as string, faults })
  const connected = await connect(forced)
  opened.push({ end: async () => { await connected.end(); await forced.stop() } })
  return connected
}
const always = (more: Partial<FaultOptions>): Faults => createFaults({ seed: 1, restarts: 0, unknown: 0, single: false, ...more })
const stored = async (): Promise<number[]> => (await direct.query<{ id: number }>('SELECT id FROM rows ORDER BY id')).rows.map(({ id }) => id)

/** What breaks each rule. */
const BREAKS: Readonly<Record<string, string>> = {
  'advisory locks': 'SELECT pg_try_advisory_lock(1)',
  'LISTEN and NOTIFY': 'LISTEN blocks',
  'COPY options': 'COPY rows FROM STDIN WITH (FREEZE)',
  'integers without a width': 'CREATE TABLE t (id BIGINT PRIMARY KEY)',
  'numbers by sequence': 'CREATE TABLE t (id BIGSERIAL PRIMARY KEY)',
  'schema changes among several statements': 'SELECT 1; CREATE TABLE t (id INT4 PRIMARY KEY)',
  CONCURRENTLY: 'CREATE INDEX CONCURRENTLY i ON rows (id)',
  'index methods of PostgreSQL': 'CREATE INDEX i ON rows USING hash (id)',
  'arrays of JSON': 'SELECT $1::jsonb[]',
  'deferrable constraints': 'ALTER TABLE rows ADD CONSTRAINT c UNIQUE (body) DEFERRABLE',
  'exclusion constraints': 'ALTER TABLE rows ADD EXCLUDE USING gist (body WITH =)',
  'tables that inherit': 'CREATE TABLE t () INHERITS (rows)',
  'transaction ids and system columns': 'SELECT pg_current_xact_id()',
  MERGE: 'MERGE INTO rows USING rows AS r ON true WHEN MATCHED THEN DELETE',
  'domains, rules and table locks': 'LOCK TABLE rows',
  'maintenance of PostgreSQL': 'VACUUM rows',
  'temporary tables': 'CREATE TEMP TABLE t (id INT4)',
  'CREATE DATABASE from a template': 'CREATE DATABASE d TEMPLATE template1',
  'two arbiters': "INSERT INTO rows VALUES (1, '') ON CONFLICT ON CONSTRAINT rows_pkey DO NOTHING",
}

describe('PostgreSQL forced into the rules of CockroachDB', () => {
  test('has an example for every rule', () => {
    expect(Object.keys(BREAKS).sort()).toEqual(RULES.map(({ name }) => name).sort())
  })

  test.each(Object.entries(BREAKS))('refuses %s, says what to do instead, and goes on', async (name, sql) => {
    const refused = expect.objectContaining({ code: '0A000', message: expect.stringMatching(new RegExp(`${name}: .*https://`)) as string }) as unknown
    await expect(client.query(sql)).rejects.toEqual(refused)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('says that it is CockroachDB, is serializable, and knows hash-sharded keys', async () => {
    expect((await client.query<{ version: string }>('SELECT version()')).rows[0]?.version).toMatch(/^CockroachDB CCL v26/)
    expect((await client.query('SHOW transaction_isolation')).rows).toEqual([{ transaction_isolation: 'serializable' }])
    await client.query('CREATE TABLE sharded (a INT8, PRIMARY KEY (a) USING HASH WITH (bucket_count = 8))')
    await client.query('CREATE UNIQUE INDEX i ON sharded (a) USING HASH')
    await client.query('DROP TABLE sharded')
  })

  test('texts, comments and parameters are no statements', async () => {
    expect((await client.query("SELECT 'LISTEN; pg_advisory_lock()' AS a -- NOTIFY; \n")).rows).toEqual([{ a: 'LISTEN; pg_advisory_lock()' }])
    await client.query('INSERT INTO rows VALUES ($1, $2)', [1, Buffer.from([0, 255])])
    expect((await client.query({ name: 'named', text: 'SELECT body FROM rows WHERE id = $1', values: [1] })).rows).toEqual([{ body: Buffer.from([0, 255]) }])
    expect((await client.query({ name: 'named', text: 'SELECT body FROM rows WHERE id = $1', values: [2] })).rows).toEqual([])
  })

  test('a schema change in a transaction is refused, but for renames where the transaction was told not to end for them', async () => {
    await client.query('BEGIN')
    await expect(client.query('DROP TABLE rows')).rejects.toThrow(/autocommit_before_ddl/)
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    await client.query('SET LOCAL autocommit_before_ddl = off')
    await client.query('ALTER TABLE rows RENAME TO lines')
    await expect(client.query('ALTER TABLE lines ADD COLUMN more INT4')).rejects.toThrow(/schema changes in a transaction/)
    await client.query('ROLLBACK')
    expect(await stored()).toEqual([])
  })
})

test('a single statement that has to restart is repeated by the server; a transaction is not', async () => {
  const two = await connect(plain)
  opened.push({ end: () => two.end() })
  await client.query('INSERT INTO rows (id) SELECT generate_series(1, 2)')
  /** Each reads what the other writes: serializable lets one of them through. */
  const cross = async (begin: string, end: string): Promise<PromiseSettledResult<unknown>[]> => {
    for (const one of [client, two]) if (begin !== '') await one.query(begin)
    const steps = [client, two].map(async (one, i) => {
      await one.query('UPDATE rows SET body = (SELECT max(body) FROM rows WHERE id = $1) WHERE id = $2', [i + 1, 2 - i])
      if (end !== '') await one.query(end)
    })
    const results = await Promise.allSettled(steps)
    if (end !== '') for (const one of [client, two]) await one.query('ROLLBACK')
    return results
  }
  const failed = (await cross('BEGIN', 'COMMIT')).filter((one) => one.status === 'rejected')
  expect(failed.map((one) => (one as PromiseRejectedResult).reason as unknown)).toEqual([expect.objectContaining({ code: '40001' })])
  for (let i = 0; i < 30; i++) expect((await cross('', '')).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
})

describe('injected failures', () => {
  test('a transaction that must restart fails with 40001 and has done nothing', async () => {
    const faults = always({ restarts: 1 })
    const client = await connectWith(faults)
    const attempt = async (): Promise<void> => {
      await client.query('BEGIN')
      for (let id = 0; id < 3; id++) await client.query('INSERT INTO rows (id) VALUES ($1)', [id])
      await client.query('COMMIT')
    }
    for (let i = 0; i < 10; i++) {
      await expect(attempt()).rejects.toMatchObject({ code: '40001' })
      await client.query('ROLLBACK')
    }
    expect(await stored()).toEqual([])
    expect(faults.counts()).toMatchObject({ transactions: 10, restarts: 10 })
  })

  test('a commit of which the result is unknown has been done half of the time', async () => {
    const faults = always({ unknown: 1 })
    const client = await connectWith(faults)
    for (let id = 0; id < 20; id++) {
      await client.query('BEGIN')
      await client.query('INSERT INTO rows (id) VALUES ($1)', [id])
      await expect(client.query('COMMIT')).rejects.toMatchObject({ code: '40003' })
      await client.query('ROLLBACK')
    }
    const { unknownCommitted, unknownLost } = faults.counts()
    expect((await stored()).length).toBe(unknownCommitted)
    expect(unknownCommitted).toBeGreaterThan(4)
    expect(unknownLost).toBeGreaterThan(4)
  })

  test('a single statement that writes may be unknown too; one that reads never fails', async () => {
    const faults = always({ unknown: 1, single: true })
    const client = await connectWith(faults)
    for (let id = 0; id < 20; id++) await expect(client.query('INSERT INTO rows (id) VALUES ($1)', [id])).rejects.toMatchObject({ code: '40003' })
    const { rows } = await client.query('SELECT id FROM rows')
    expect(rows).toHaveLength(faults.counts().unknownCommitted)
  })

  test('spare transactions that only read, unless everything shall fail', async () => {
    const read = async (faults: Faults): Promise<void> => {
      const reader = await connectWith(faults)
      await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1')
      await reader.query('COMMIT')
    }
    await read(always({ restarts: 1 }))
    await expect(read(always({ restarts: 1, single: true }))).rejects.toMatchObject({ code: '40001' })
  })

  test('come in the same order from the same seed, in the shares that were asked for', () => {
    const draw = (seed: number): string[] => {
      const faults = createFaults({ seed, restarts: 0.3, unknown: 0.05, single: false })
      return Array.from({ length: 10_000 }, () => faults.next().kind)
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
    const share = (kind: string): number => draw(7).filter((one) => one === kind).length / 10_000
    expect(share('restart')).toBeCloseTo(0.3, 1)
    expect(share('unknown')).toBeCloseTo(0.05, 1)
  })
})
