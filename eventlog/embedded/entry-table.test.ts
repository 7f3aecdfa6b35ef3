import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import type { RecordedEvent } from '../log.js'
import { prepareAppends } from '../prepare.js'
import { recordBytes } from '../record.js'
import { noteEvent } from '../testing/events.js'
import { addEntries, entriesFrom, entryOf, lengthOf, type EntryTable } from './entry-table.js'

let path: string
beforeEach(() => { path = mkdtempSync(join(tmpdir(), 'cybermesh-entries-')) })
afterEach(() => rmSync(path, { recursive: true, force: true }))

/** Events of these sizes, at the end of a log of `length`. */
const eventsAt = (length: number, sizes: readonly number[]): RecordedEvent[] =>
  sizes.map((size, i) => ({ ...noteEvent(`note-${length + i}`, 'x'.repeat(size)), stream: 'notes', revision: length + i, position: asPosition(length + i) }))

function add(table: EntryTable, events: readonly RecordedEvent[]): void {
  let next = 0
  for (const chunk of prepareAppends([{ stream: 'notes', expected: 'any', events }]).chunks) {
    const ofChunk = events.slice(next, next + chunk.count)
    addEntries(table, chunk, (ofChunk[0] as RecordedEvent).position, ofChunk.map(({ revision }) => revision))
    next += chunk.count
  }
}

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
      const events = eventsAt(all.length, append)
      root.transactionSync(() => add(table, events))
      all.push(...events.map((event) => Buffer.from(recordBytes(event))))
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
  root.transactionSync(() => add(table, eventsAt(0, [1, 1])))
  expect([...entriesFrom(table, 2)]).toEqual([])
  expect(() => entryOf(table, 2)).toThrow('no entry at position 2')
  await root.close()
})
