import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { openLmdb } from '../../platform/lmdb/open.js'
import { packageFile } from '../../platform/package-root.js'
import type { RecordedEvent } from '../log.js'
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
  expect(root.openDB('meta', { encoding: 'json' }).get('marker')).toMatchObject({ format: 2, chainId: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
  await root.close()
})
