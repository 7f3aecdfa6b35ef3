import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLmdb } from '../../platform/lmdb/open.js'
import { addEntries, entriesFrom, entryOf, lengthOf, type EntryTable } from './entry-table.js'

let path: string
beforeEach(() => { path = mkdtempSync(join(tmpdir(), 'cybermesh-entries-')) })
afterEach(() => rmSync(path, { recursive: true, force: true }))

/** An entry begins with a brace; how long it is says where it stands. */
const entry = (position: number, size: number): Buffer => Buffer.from(`{${String(position).padStart(size, '.')}`)

const sizes = fc.oneof({ weight: 6, arbitrary: fc.nat(400) }, { weight: 1, arbitrary: fc.integer({ min: 20_000, max: 70_000 }) })

test('whatever is added together is read from anywhere as it was added', async () => {
  const root = openLmdb(path)
  let run = 0
  fc.assert(fc.property(fc.array(fc.array(sizes, { minLength: 1, maxLength: 600 }), { minLength: 1, maxLength: 6 }), fc.nat(), (appends, from) => {
    const table: EntryTable = root.openDB<Buffer, number>('entries', { encoding: 'binary' })
    table.clearSync()
    run += 1
    const all: Buffer[] = []
    for (const append of appends) {
      const entries = append.map((size, i) => entry(all.length + i, size))
      root.transactionSync(() => addEntries(table, all.length, entries))
      all.push(...entries)
      expect(lengthOf(table)).toBe(all.length)
    }
    const start = from % all.length
    expect([...entriesFrom(table, start)].map(({ position }) => position)).toEqual(all.map((_, i) => i).slice(start))
    for (const { position, value } of entriesFrom(table, start)) expect(value.equals(all[position] as Buffer)).toBe(true)
    expect(entryOf(table, start).equals(all[start] as Buffer)).toBe(true)
  }), { numRuns: 40 })
  expect(run).toBeGreaterThanOrEqual(40)
  await root.close()
})

test('beyond the end there is nothing, and asking for it is an error', async () => {
  const root = openLmdb(path)
  const table: EntryTable = root.openDB<Buffer, number>('entries', { encoding: 'binary' })
  expect(lengthOf(table)).toBe(0)
  root.transactionSync(() => addEntries(table, 0, [entry(0, 1), entry(1, 1)]))
  expect([...entriesFrom(table, 2)]).toEqual([])
  expect(() => entryOf(table, 2)).toThrow('no entry at position 2')
  await root.close()
})
