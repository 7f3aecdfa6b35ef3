import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { packageFile } from '../../platform/package-root.js'
import type { NewEvent, RecordedEvent, StreamAppend } from '../log.js'
import { recordBytes } from '../record.js'
import { noteEvent } from '../testing/events.js'
import { openEmbeddedLog, type EmbeddedLog } from './index.js'

let path: string
beforeEach(() => { path = mkdtempSync(join(tmpdir(), 'cybermesh-indexes-')) })
afterEach(() => rmSync(path, { recursive: true, force: true }))

async function revisionsOf(log: EmbeddedLog, stream: string, backwards = false): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of log.readStream(stream, { backwards })) events.push(event)
  return events
}

test('a stream that outgrows page after page, in appends of every size, is read in both directions from anywhere', async () => {
  const log = await openEmbeddedLog(path)
  const positions: number[] = []
  for (const size of [1, 62, 1, 1, 63, 128, 5, 200, 64]) {
    const events = Array.from({ length: size }, (_, i) => noteEvent(`long-${positions.length + i}`))
    const result = await log.append([{ stream: 'long', expected: positions.length === 0 ? 'none' : positions.length - 1, events }, { stream: 'other', expected: 'any', events: [noteEvent(`other-${positions.length}`)] }])
    if (result.kind !== 'appended') throw new Error(result.kind)
    positions.push(...result.events.filter(({ stream }) => stream === 'long').map(({ position }) => position))
  }
  expect(await log.lastRevision('long')).toBe(positions.length - 1)
  expect((await revisionsOf(log, 'long')).map(({ position }) => position)).toEqual(positions)
  expect((await revisionsOf(log, 'long', true)).map(({ position }) => position)).toEqual([...positions].reverse())
  for (const from of [0, 63, 64, 65, 127, 128, 260, positions.length - 1]) {
    for await (const { position, revision } of log.readStream('long', { from, limit: 1 })) expect([revision, position]).toEqual([from, positions[from]])
  }
  await log.close()
})

test('a log that format 1 indexed goes on where it was, and finds the old and the new', async () => {
  writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(packageFile('eventlog', 'fixtures', 'log-v1', 'data.mdb.gz'))))
  const log = await openEmbeddedLog(path)
  const old: RecordedEvent[] = []
  for await (const event of log.readAll()) if (event.stream === 'chain') old.push(event)
  expect(old.length).toBeGreaterThan(1)
  const more = Array.from({ length: 150 }, (_, i) => noteEvent(`more-${i}`))
  const result = await log.append([{ stream: 'chain', expected: old.length - 1, events: more }])
  expect(result.kind).toBe('appended')

  const all = await revisionsOf(log, 'chain')
  expect(all.map(({ revision }) => revision)).toEqual(Array.from({ length: old.length + 150 }, (_, i) => i))
  expect(all.slice(0, old.length)).toEqual(old)
  expect(all.slice(old.length).map(({ id }) => id)).toEqual(more.map(({ id }) => id))
  expect((await revisionsOf(log, 'chain', true)).reverse()).toEqual(all)
  expect((await log.append([{ stream: 'chain', expected: 'any', events: more }])).kind).toBe('already-there')
  expect((await log.append([{ stream: 'chain', expected: 'any', events: [old[0] as RecordedEvent] }])).kind).toBe('already-there')
  expect((await log.append([{ stream: 'elsewhere', expected: 'any', events: [old[0] as RecordedEvent] }])).kind).toBe('id-conflict')
  await log.close()
})

test('a log of format 1 is marked when it is opened, so that a program of that time does not write beside the new indexes', async () => {
  writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(packageFile('eventlog', 'fixtures', 'log-v1', 'data.mdb.gz'))))
  const log = await openEmbeddedLog(path)
  const length = await log.length()
  expect((await log.readEntries({ from: asPosition(0), limit: 100 })).length).toBe(length)
  await log.close()
  const root = openLmdb(path)
  expect(root.openDB('meta', { encoding: 'json' }).get('marker')).toMatchObject({ format: 5, chainId: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
  await root.close()
})

test.each(['log-v2', 'log-v3', 'log-v4'])('%s, of an older format, goes on where it was, and its ids are still known', async (fixture) => {
  writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(packageFile('eventlog', 'fixtures', fixture, 'data.mdb.gz'))))
  const log = await openEmbeddedLog(path)
  const old: RecordedEvent[] = []
  for await (const event of log.readAll()) old.push(event)
  expect(old).toHaveLength(400)
  for (const event of [old[0], old[399]] as RecordedEvent[]) {
    expect((await log.append([anyOf(event.stream, event)])).kind).toBe('already-there')
    expect((await log.append([anyOf('elsewhere', event)])).kind).toBe('id-conflict')
  }
  expect((await log.append([anyOf('stream-0', noteEvent('after'))])).kind).toBe('appended')
  expect((await revisionsOf(log, 'stream-0')).map(({ revision }) => revision)).toEqual(Array.from({ length: 41 }, (_, i) => i))
  // What is written together stands behind what was written alone.
  await log.append([anyOf('stream-1', ...Array.from({ length: 300 }, (_, i) => noteEvent(`behind-${i}`)))])
  const all = await log.readEntries({ from: asPosition(0), limit: 1000, maxBytes: Infinity })
  expect(all.map(({ position }) => position)).toEqual(Array.from({ length: 701 }, (_, i) => i))
  expect(all.slice(0, 400).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(old.map((event) => Buffer.from(recordBytes(event)).toString()))
  await log.close()
})

test('a log that was begun in format 1 and continued in format 4 is one log: ids and streams of both are known', async () => {
  writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(packageFile('eventlog', 'fixtures', 'log-v1-v4', 'data.mdb.gz'))))
  const log = await openEmbeddedLog(path)
  const old: RecordedEvent[] = []
  for await (const event of log.readAll()) old.push(event)
  expect(old).toHaveLength(218)
  for (const event of [old[0], old[17], old[18], old[217]] as RecordedEvent[]) expect((await log.append([anyOf(event.stream, event)])).kind).toBe('already-there')
  const streams = new Set(old.map(({ stream }) => stream))
  for (const stream of streams) {
    const events = old.filter((event) => event.stream === stream)
    expect(await log.append([{ stream, expected: events.length - 1, events: [noteEvent(`after-${stream}`)] }])).toMatchObject({ kind: 'appended' })
    expect((await revisionsOf(log, stream)).slice(0, -1)).toEqual(events)
  }
  expect(await log.length()).toBe(218 + streams.size)
  await log.close()
})

const anyOf = (stream: string, ...events: readonly NewEvent[]): StreamAppend => ({ stream, expected: 'any', events })

/** Every id is refused in another stream and known in its own. */
async function expectKnown(log: EmbeddedLog, stream: string, events: readonly NewEvent[]): Promise<void> {
  for (const event of events) {
    expect((await log.append([anyOf('elsewhere', event)])).kind).toBe('id-conflict')
    expect((await log.append([anyOf(stream, event)])).kind).toBe('already-there')
  }
}

test('an id is known while it waits, after its sweep, to a handle that slept through the sweep, and when the log is opened again', async () => {
  const [one, other] = [await openEmbeddedLog(path, { mostRecentIds: 300 }), await openEmbeddedLog(path, { mostRecentIds: 300 })]
  const events = Array.from({ length: 1000 }, (_, i) => noteEvent(`known-${i}`))
  const at = (...indexes: number[]): NewEvent[] => indexes.map((i) => events[i] as NewEvent)
  await one.append([anyOf('a', ...events.slice(0, 290))])
  await expectKnown(one, 'a', at(0, 289))
  await expectKnown(other, 'a', at(0, 254, 255, 289))
  for (const event of events.slice(290, 340)) expect((await one.append([anyOf('a', event)])).kind).toBe('appended')
  await expectKnown(other, 'a', at(0, 289, 298, 299, 300, 339))
  await other.append([anyOf('a', ...events.slice(340))])
  await expectKnown(one, 'a', at(0, 299, 339, 340, 999))
  await Promise.all([one.close(), other.close()])
  const again = await openEmbeddedLog(path, { mostRecentIds: 300 })
  await expectKnown(again, 'a', at(0, 299, 300, 640, 999))
  expect(await again.length()).toBe(1000)
  await again.close()
})

test('a tail of a stream is found while it is young, after its sweep, and when it became young again', async () => {
  const log = await openEmbeddedLog(path, { mostYoungTails: 50 })
  const other = await openEmbeddedLog(path, { mostYoungTails: 50 })
  const lengths = new Map<string, number>()
  for (let round = 0; round < 120; round++) {
    const stream = `stream-${(round * 7) % 70}`
    const events = Array.from({ length: 1 + (round % 3) }, (_, i) => noteEvent(`tail-${round}-${i}`))
    const length = lengths.get(stream) ?? 0
    const writer = round % 2 === 0 ? log : other
    expect(await writer.append([{ stream, expected: length === 0 ? 'none' : length - 1, events }])).toMatchObject({ kind: 'appended' })
    lengths.set(stream, length + events.length)
  }
  for (const [stream, length] of lengths) {
    expect(await other.lastRevision(stream)).toBe(length - 1)
    expect((await revisionsOf(log, stream)).map(({ revision }) => revision)).toEqual(Array.from({ length }, (_, i) => i))
  }
  await Promise.all([log.close(), other.close()])
})

test('ids of an append that was not committed are not taken for known', async () => {
  const [log, other] = [await openEmbeddedLog(path), await openEmbeddedLog(path)]
  const good = noteEvent('good')
  let isBroken = false
  const broken: StreamAppend = { ...anyOf('b', noteEvent('broken')), get expected(): 'any' { if (isBroken) throw new Error('broken in the middle of the transaction'); return 'any' } }
  const first = log.append([anyOf('a', good)])
  const second = log.append([broken])
  isBroken = true
  await expect(first).rejects.toThrow('broken in the middle')
  await expect(second).rejects.toThrow('broken in the middle')
  // As many events as were lost, by somebody else: the length alone does not tell.
  expect((await other.append([anyOf('c', noteEvent('one'))])).kind).toBe('appended')
  expect((await log.append([anyOf('a', good)])).kind).toBe('appended')
  expect(await log.length()).toBe(2)
  await Promise.all([log.close(), other.close()])
})
