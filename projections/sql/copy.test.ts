import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type pg from 'pg'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { insertRows, type Column } from './bulk.js'
import { inTransaction, runStatements } from './statement.js'
import { bytesOfHex } from './values.js'

type Row = { readonly id: number; readonly text: string | null; readonly bytes?: Buffer | string | null; readonly json?: string; readonly yes?: boolean }

const COLUMNS: readonly Column<Row>[] = [
  { name: 'id', type: 'int8', value: ({ id }) => id },
  { name: 'body', type: 'text', value: ({ text }) => text },
  { name: 'bytes', type: 'bytea', value: ({ bytes }) => bytes },
  { name: 'document', type: 'jsonb', value: ({ json }) => json },
  { name: 'yes', type: 'bool', value: ({ yes }) => yes },
]
const ROWS: readonly Row[] = [
  ...['', ' ', 'NULL', '\\N', '\\.', 'tab\tline\nreturn\r', 'back\\slash', '\\\\', '"', ',', '\u{1F6E1} ü', '\b\f\v'].map((text, id) => ({ id, text })),
  { id: 100, text: null, bytes: Buffer.from([0, 92, 10, 255]), json: '{"a":"\\n\\"\\\\","b":[1,null]}', yes: true },
  { id: 101, text: 'last', bytes: bytesOfHex('005c0aff'), json: '[]', yes: false },
]

let postgres: TestPostgres
let pool: pg.Pool
beforeAll(async () => { postgres = await startTestPostgres('embedded') })
afterAll(() => postgres.stop())
beforeEach(async () => {
  pool = await postgres.createDatabase()
  for (const name of ['copied', 'inserted']) await pool.query(`CREATE TABLE ${name} (id INT8 PRIMARY KEY, body TEXT, bytes BYTEA, document JSONB, yes BOOL)`)
})

const write = (table: string, rows: readonly Row[], copies: boolean): Promise<void> =>
  inTransaction(pool, (client) => runStatements(client, insertRows(table, COLUMNS, rows, '(id) DO NOTHING'), { copies }))
const rowsOf = async (table: string): Promise<unknown[]> => (await pool.query(`SELECT * FROM ${table} ORDER BY id`)).rows

test('copied rows are those that an INSERT would have written', async () => {
  await write('inserted', ROWS, false)
  await write('copied', ROWS, true)
  expect(await rowsOf('copied')).toEqual(await rowsOf('inserted'))
  expect(await rowsOf('copied')).toHaveLength(ROWS.length)
  expect((await rowsOf('copied')).at(5)).toMatchObject({ body: 'tab\tline\nreturn\r' })
})

test('a row that is there already fails the transaction with its code, and the connection goes on', async () => {
  await write('copied', ROWS.slice(0, 1), true)
  await expect(write('copied', ROWS, true)).rejects.toMatchObject({ code: '23505' })
  expect(await rowsOf('copied')).toHaveLength(1)
  await write('copied', ROWS.slice(1), true)
  expect(await rowsOf('copied')).toHaveLength(ROWS.length)
})

test('thousands of rows arrive, and a connection that is cut while they do is an error', async () => {
  const many = Array.from({ length: 5000 }, (_, id) => ({ id, text: 'x'.repeat(500) }))
  await write('copied', many, true)
  expect(await rowsOf('copied')).toHaveLength(5000)
  await expect(inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
    await runStatements(client, insertRows('inserted', COLUMNS, many, '(id) DO NOTHING'), { copies: true })
  })).rejects.toThrow()
  expect(await rowsOf('inserted')).toEqual([])
})
