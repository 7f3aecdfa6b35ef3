import { afterAll, beforeAll, expect, test } from 'vitest'
import type pg from 'pg'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { arrayLiteral } from './array-literal.js'
import type { ColumnType } from './bulk.js'
import { bytesOfHex, timeOfMillis } from './values.js'

let postgres: TestPostgres
let pool: pg.Pool
beforeAll(async () => {
  postgres = await startTestPostgres()
  pool = await postgres.createDatabase()
})
afterAll(() => postgres.stop())

/** What the server understands, as JSON says it. */
async function understood(type: Exclude<ColumnType, 'jsonb'>, values: readonly unknown[]): Promise<unknown> {
  const { rows } = await pool.query<{ found: unknown }>(`SELECT to_jsonb($1::${type}[]) AS found`, [arrayLiteral(type, values, (value) => value)])
  return rows[0]?.found
}

test('texts arrive as they were, whatever characters they hold', async () => {
  const texts = ['', ' ', 'NULL', 'null', '{}', '{a,b}', 'a,b', '"', '\\', '\\"', '\\\\x00', "'", '$1', 'two\nlines\ttab', '\u{1F6E1} ü', '""""', 'ends with \\']
  expect(await understood('text', texts)).toEqual(texts)
})

test('bytes arrive alike from bytes and from hex digits', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
  const { rows } = await pool.query<{ found: Buffer }>('SELECT unnest($1::bytea[]) AS found', [arrayLiteral('bytea', [bytes, bytesOfHex(bytes.toString('hex')), Buffer.alloc(0), bytesOfHex('')], (value) => value)])
  expect(rows.map(({ found }) => found)).toEqual([bytes, bytes, Buffer.alloc(0), Buffer.alloc(0)])
})

test('numbers, truth values, ids and times arrive as they were, and what is absent as NULL', async () => {
  expect(await understood('int8', [0, -1, Number.MAX_SAFE_INTEGER, null, undefined])).toEqual([0, -1, Number.MAX_SAFE_INTEGER, null, null])
  expect(await understood('float8', [0.1, -1e-300, 1e300, 5])).toEqual([0.1, -1e-300, 1e300, 5])
  expect(await understood('bool', [true, false, null])).toEqual([true, false, null])
  expect(await understood('uuid', ['5f0c1c3e-0a4e-4c2e-8a3e-9d8f3b1c2d4e'])).toEqual(['5f0c1c3e-0a4e-4c2e-8a3e-9d8f3b1c2d4e'])
  const { rows } = await pool.query<{ found: Date }>('SELECT unnest($1::timestamptz[]) AS found', [arrayLiteral('timestamptz', [0, 1_790_000_000_001, -1], timeOfMillis)])
  expect(rows.map(({ found }) => found.getTime())).toEqual([0, 1_790_000_000_001, -1])
  expect(await understood('int4', [])).toEqual([])
})
