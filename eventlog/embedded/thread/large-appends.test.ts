import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asPosition } from '../../../domain/ids.js'
import { historyAppends } from '../../../bench/log/history.js'
import { MAX_EVENT_BYTES } from '../../check-append.js'
import type { LogAlarm, StreamAppend } from '../../log.js'
import { noteEvent } from '../../testing/events.js'
import { openEmbeddedLog, type EmbeddedLog } from '../index.js'
import { openTables } from '../tables.js'
import { createLogWriter } from '../writer.js'

let path: string
beforeEach(() => { path = mkdtempSync(join(tmpdir(), 'cybermesh-large-')) })
afterEach(() => rmSync(path, { recursive: true, force: true }))

const history = (events: number): StreamAppend[] => [...historyAppends(events, events)].flat()
/** More than fit into two pieces of memory. */
const LARGE = 3000

const notes = (from: number, count: number, stream = 'notes'): StreamAppend[] =>
  Array.from({ length: count }, (_, i) => ({ stream, expected: 'any', events: [noteEvent(from + i, 'x'.repeat(800))] }))

async function bytesOf(log: EmbeddedLog): Promise<string[]> {
  const entries = await log.readEntries({ from: asPosition(0), limit: 100_000, maxBytes: Infinity })
  return entries.map(({ position, bytes }) => `${position} ${Buffer.from(bytes).toString()}`)
}

test('a large append leaves the same log as its events appended a few at a time', async () => {
  const [large, small] = [await openEmbeddedLog(join(path, 'large')), await openEmbeddedLog(join(path, 'small'))]
  const appends = history(LARGE)
  // One that fills more than a piece of memory by itself, with an expectation of its first event only.
  appends.push({ stream: 'long', expected: 'none', events: Array.from({ length: LARGE }, (_, i) => noteEvent(`long-${i}`, 'y'.repeat(500))) }, { stream: 'long', expected: LARGE - 1, events: [] })
  const result = await large.append(appends)
  for (let from = 0; from < LARGE; from += 60) await small.append(appends.slice(from, from + 60))
  const long = appends[LARGE] as StreamAppend
  for (let from = 0; from < LARGE; from += 500) await small.append([{ stream: 'long', expected: from === 0 ? 'none' : from - 1, events: long.events.slice(from, from + 500) }])
  if (result.kind !== 'appended') throw new Error(result.kind)
  expect(await bytesOf(large)).toEqual(await bytesOf(small))
  const recorded = []
  for await (const event of large.readAll()) recorded.push(event)
  expect(result.events).toEqual(recorded)
  for (const stream of new Set(appends.map((append) => append.stream))) expect(await large.lastRevision(stream)).toBe(await small.lastRevision(stream))
  await Promise.all([large.close(), small.close()])
}, 120_000)

test('an append of which the last event cannot be written leaves nothing, and is answered as a small one is', async () => {
  const alarms: LogAlarm[] = []
  const log = await openEmbeddedLog(path, { onAlarm: (alarm) => alarms.push(alarm) })
  expect(await log.append(notes(0, LARGE))).toMatchObject({ kind: 'appended' })
  const last = (append: StreamAppend): StreamAppend[] => [...notes(LARGE, LARGE), append]

  expect(await log.append(last({ stream: 'notes', expected: 5, events: [noteEvent('last')] }))).toEqual({ kind: 'wrong-revision', stream: 'notes', expected: 5, actual: LARGE * 2 - 1 })
  expect(await log.append(last({ stream: 'notes', expected: -1, events: [noteEvent('last')] }))).toMatchObject({ kind: 'wrong-revision', expected: -1 })
  expect(await log.append(last({ stream: 'absent', expected: 'exists', events: [noteEvent('last')] }))).toEqual({ kind: 'wrong-revision', stream: 'absent', expected: 'exists', actual: undefined })
  expect(await log.append(last({ stream: 'notes', expected: 'any', events: [noteEvent(7, 'other')] }))).toEqual({ kind: 'id-conflict', id: noteEvent(7).id })
  expect(await log.append(last({ stream: 'notes', expected: 'any', events: [noteEvent(LARGE)] }))).toEqual({ kind: 'id-conflict', id: noteEvent(LARGE).id })
  expect(alarms.map(({ id }) => id)).toEqual([noteEvent(7).id, noteEvent(LARGE).id])
  expect(await log.append(last(notes(7, 1)[0] as StreamAppend))).toMatchObject({ kind: 'wrong-revision', stream: 'notes' })
  await expect(log.append(last({ stream: 'notes', expected: 'any', events: [noteEvent('huge', 'z'.repeat(MAX_EVENT_BYTES))] }))).rejects.toMatchObject({ code: 'TOO_LARGE' })
  const { event } = noteEvent('wrong')
  await expect(log.append(last({ stream: 'notes', expected: 'any', events: [{ ...noteEvent('wrong'), event: { ...event, data: { ...event.data, at: 'never' } } as never }] }))).rejects.toThrow()

  expect(await log.length()).toBe(LARGE)
  // None of the ids was remembered.
  expect(await log.append(notes(LARGE, LARGE))).toMatchObject({ kind: 'appended' })
  const again = await log.append(notes(LARGE, LARGE))
  expect(again).toMatchObject({ kind: 'already-there' })
  if (again.kind === 'already-there') expect(again.events.map(({ position }) => position)).toEqual(Array.from({ length: LARGE }, (_, i) => LARGE + i))
  expect(await log.length()).toBe(LARGE * 2)
  await log.close()
}, 120_000)

test('an append that was refused after it swept the indexes leaves every id and tail known', async () => {
  const log = await openEmbeddedLog(path, { largeEvents: 100, mostRecentIds: 150, mostYoungTails: 20 })
  const appends = (from: number): StreamAppend[] => Array.from({ length: 200 }, (_, i) => ({ stream: `s-${(from + i) % 90}`, expected: 'any', events: [noteEvent(from + i)] }))
  await log.append(appends(0))
  expect(await log.append([...appends(200), { stream: 's-0', expected: 'none', events: [] }])).toMatchObject({ kind: 'wrong-revision' })
  expect(await log.append(appends(0))).toMatchObject({ kind: 'already-there' })
  expect(await log.append(appends(200))).toMatchObject({ kind: 'appended' })
  for (const from of [0, 200]) expect(await log.append(appends(from))).toMatchObject({ kind: 'already-there' })
  expect(await log.append(appends(100))).toMatchObject({ kind: 'already-there' })
  expect(await log.lastRevision('s-0')).toBe(4)
  expect(await log.length()).toBe(400)
  await log.close()
}, 120_000)

test('large and small appends keep the order in which they were asked for', async () => {
  const log = await openEmbeddedLog(path)
  const sizes = [1, LARGE, 1, 2, LARGE, LARGE, 3, 1, LARGE, 1]
  const results = await Promise.all(sizes.map((size, i) => {
    const before = sizes.slice(0, i).reduce((sum, one) => sum + one, 0)
    return log.append([{ stream: 'ordered', expected: before === 0 ? 'none' : before - 1, events: notes(before, size).flatMap(({ events }) => events) }])
  }))
  expect(results.map(({ kind }) => kind)).toEqual(sizes.map(() => 'appended'))
  const positions: number[] = []
  for await (const { id, position } of log.readAll()) {
    expect(id).toBe(noteEvent(position).id)
    positions.push(position)
  }
  expect(positions).toHaveLength(sizes.reduce((sum, one) => sum + one, 0))
  await log.close()
}, 120_000)

test('a log that is closed while a large append is under way waits for it', async () => {
  const log = await openEmbeddedLog(path)
  const appends = [log.append(notes(0, LARGE)), log.append(notes(LARGE, 1)), log.append(notes(LARGE + 1, LARGE))]
  await log.close()
  expect((await Promise.all(appends)).map(({ kind }) => kind)).toEqual(['appended', 'appended', 'appended'])
  await expect(log.append(notes(0, LARGE))).rejects.toMatchObject({ code: 'CLOSED' })
  const again = await openEmbeddedLog(path)
  expect(await again.length()).toBe(LARGE * 2 + 1)
  await again.close()
}, 120_000)

test('another handle writes and reads beside the thread', async () => {
  const [one, other] = [await openEmbeddedLog(path), await openEmbeddedLog(path)]
  const [large, small, largeToo] = await Promise.all([one.append(notes(0, LARGE, 'one')), other.append(notes(LARGE, 5, 'other')), other.append(notes(LARGE + 5, LARGE, 'other'))])
  expect([large.kind, small.kind, largeToo.kind]).toEqual(['appended', 'appended', 'appended'])
  expect(await one.append(notes(LARGE, 5, 'other'))).toMatchObject({ kind: 'already-there' })
  expect(await other.append(notes(0, LARGE, 'one'))).toMatchObject({ kind: 'already-there' })
  expect([await other.lastRevision('one'), await one.lastRevision('other')]).toEqual([LARGE - 1, LARGE + 4])
  await Promise.all([one.close(), other.close()])
}, 120_000)

test('the end of the thread is a typed error that says to append again, and the next append has a new thread', async () => {
  const tables = await openTables({ path })
  let started = 0
  const writer = createLogWriter(tables, path, {
    largeEvents: 10,
    start: () => {
      started += 1
      return new Worker("require('node:worker_threads').parentPort.once('message', () => process.exit(3))", { eval: true })
    },
  })
  const [large, small, next] = await Promise.allSettled([writer.append(notes(0, 20)), writer.append(notes(20, 1)), writer.append(notes(21, 20))])
  const ended = { status: 'rejected', reason: { code: 'WRITER_ENDED', message: expect.stringMatching(/ended \(code 3\).*append the same events again/) as string } }
  expect([large, next]).toMatchObject([ended, ended])
  // The small one needs no thread.
  expect(small).toMatchObject({ status: 'fulfilled', value: { kind: 'appended' } })
  expect(started).toBe(2)
  await writer.close()
  await tables.root.close()
  const log = await openEmbeddedLog(path, { largeEvents: 10 })
  expect(await log.append(notes(0, 20))).toMatchObject({ kind: 'appended' })
  expect(await log.length()).toBe(21)
  await log.close()
}, 120_000)
