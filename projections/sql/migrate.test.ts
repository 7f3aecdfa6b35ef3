import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type pg from 'pg'
import { packageFile } from '../../platform/package-root.js'
import { startTestPostgres, testEngine, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { dialectOfUrl, findDialect, type Dialect } from './dialect.js'
import { migrate } from './migrate.js'
import { readSteps } from './migrations/read-steps.js'
import { createSqlPool } from './pool.js'

const files = readdirSync(packageFile('migrations')).sort()
const steps = files.filter((file) => !file.endsWith('.cockroachdb.sql')).map((file) => file.replace('.sql', ''))
const readMigration = (file: string): string => readFileSync(packageFile('migrations', file), 'utf8').replace(/--.*$/gm, '').trim()

let postgres: TestPostgres
let pool: pg.Pool
let folder: string
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => {
  pool = await postgres.createDatabase()
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-migrations-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const tables = async (): Promise<string[]> =>
  (await pool.query<{ name: string }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")).rows.map(({ name }) => name)

describe('migrations', () => {
  test('run once each, in order, and make the tables of the predecessor', async () => {
    const ran = await migrate(pool)
    expect(ran).toEqual(steps)
    expect(await migrate(pool)).toEqual([])
    expect(await tables()).toEqual(expect.arrayContaining(['anomalies', 'audit_logs', 'blocks', 'schema_migrations', 'state_versions', 'transactions', 'validators']))
    const { rows } = await pool.query<{ column_name: string }>("SELECT column_name FROM information_schema.columns WHERE table_name = 'blocks'")
    const predecessor = ['height', 'block_hash', 'parent_hash', 'state_root', 'proposer_id', 'view_number', 'timestamp', 'tx_count', 'tx_root', 'qc_view', 'qc_signatures', 'committed_at']
    expect(rows.map((row) => row.column_name)).toEqual(expect.arrayContaining(predecessor))
  })

  test('started by six at once run as if by one', async () => {
    const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(pool)))
    expect(new Set(ran.flat()).size).toBe(steps.length)
    expect((await pool.query('SELECT 1 FROM schema_migrations')).rowCount).toBe(steps.length)
  })

  test('a step that was changed after it had run is refused by name', async () => {
    writeFileSync(join(folder, '001-a.sql'), 'CREATE TABLE IF NOT EXISTS a (id INT4 PRIMARY KEY)')
    await migrate(pool, folder)
    writeFileSync(join(folder, '001-a.sql'), 'CREATE TABLE IF NOT EXISTS a (id INT8 PRIMARY KEY)')
    await expect(migrate(pool, folder)).rejects.toMatchObject({ code: 'MIGRATION', step: '001-a', message: expect.stringContaining('new step') as string })
  })

  test('a step that fails stops there; mended, it goes on from there', async () => {
    writeFileSync(join(folder, '001-a.sql'), 'CREATE TABLE IF NOT EXISTS a (id INT4 PRIMARY KEY)')
    writeFileSync(join(folder, '002-b.sql'), 'CREATE TABEL b (id INT4)')
    writeFileSync(join(folder, '003-c.sql'), 'CREATE TABLE IF NOT EXISTS c (id INT4 PRIMARY KEY)')
    await expect(migrate(pool, folder)).rejects.toMatchObject({ step: '002-b' })
    expect(await tables()).toEqual(['a', 'schema_migrations'])
    writeFileSync(join(folder, '002-b.sql'), 'CREATE TABLE IF NOT EXISTS b (id INT4 PRIMARY KEY)')
    expect(await migrate(pool, folder)).toEqual(['002-b', '003-c'])
  })

  test('hold one statement each, with explicit integer widths and nothing that CockroachDB lacks', () => {
    for (const file of files) {
      const sql = readMigration(file)
      expect(sql.replace(/;\s*$/, ''), file).not.toContain(';')
      expect(sql, file).toMatch(/IF NOT EXISTS|^DROP \w+ IF EXISTS/)
      expect(sql, file).not.toMatch(/\b(INT|INTEGER|BIGINT|SERIAL|BIGSERIAL|TIMESTAMP(?! TIMESTAMPTZ)|DEFERRABLE|INCLUDE|PARTITION|advisory|LISTEN)\b(?!TZ)/)
    }
  })
})

describe('variants for CockroachDB', () => {
  const SPREAD = / USING HASH WITH \(bucket_count = 8\)/g
  const variants = files.filter((file) => file.endsWith('.cockroachdb.sql'))

  test('differ from the step they replace by nothing but how the key is spread', () => {
    expect(variants.length).toBeGreaterThan(0)
    for (const file of variants) {
      expect(readMigration(file), file).toMatch(SPREAD)
      expect(readMigration(file).replace(SPREAD, ''), file).toBe(readMigration(file.replace('.cockroachdb', '')))
    }
  })

  test('are there for every key that grows with each row', () => {
    const grows = '(height|block_height|version|sequence_num|published_position|log_position|change_number)'
    const key = new RegExp(`\\b${grows} INT8 PRIMARY KEY|PRIMARY KEY \\(${grows}\\b|ON \\w+ \\((state, )?${grows}\\b`)
    // Tables that have few rows may keep them in one range.
    const small = new Set(['017-evidence'])
    const missing = steps.filter((step) => key.test(readMigration(`${step}.sql`)) && !small.has(step) && !files.includes(`${step}.cockroachdb.sql`))
    expect(missing, 'each needs NNN-name.cockroachdb.sql: the same statement with USING HASH WITH (bucket_count = 8) after the key').toEqual([])
  })

  test('take the place of the step on CockroachDB alone; a step of one dialect is no step of the other', async () => {
    writeFileSync(join(folder, '001-a.sql'), 'a')
    writeFileSync(join(folder, '001-a.cockroachdb.sql'), 'a, spread')
    writeFileSync(join(folder, '002-b.postgresql.sql'), 'b')
    writeFileSync(join(folder, 'README.md'), 'no step')
    const read = async (dialect: Dialect): Promise<string[][]> => (await readSteps(folder, dialect)).map(({ name, sql }) => [name, sql])
    expect(await read('postgresql')).toEqual([['001-a', 'a'], ['002-b', 'b']])
    expect(await read('cockroachdb')).toEqual([['001-a', 'a, spread']])
  })
})

describe('the dialect', () => {
  test('is what the server says it is', async () => {
    expect(await findDialect(pool)).toBe(testEngine() === 'cockroachdb' ? 'cockroachdb' : 'postgresql')
  })

  test('that the URL names is not asked for, and the server takes such a URL', async () => {
    const named = createSqlPool({ url: `${pool.options.connectionString as string}?dialect=postgresql`, max: 1 })
    expect(await findDialect(named)).toBe('postgresql')
    expect((await named.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await named.end()
  })

  test('is what the URL says, where it says it', () => {
    expect(dialectOfUrl('postgres://u:p@h:1/d?dialect=cockroachdb')).toBe('cockroachdb')
    expect(dialectOfUrl('postgres://u:p@h:1/d')).toBeUndefined()
    expect(() => dialectOfUrl('postgres://u:p@h:1/d?dialect=mysql')).toThrow(/postgresql or cockroachdb/)
  })
})
