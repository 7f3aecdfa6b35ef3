import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import type { RecordedEvent } from '../log.js'
import { runChild } from '../../platform/postgres/testing/run-child.js'
import { noteEvent } from '../testing/events.js'
import { openEmbeddedLog } from './index.js'

const APPENDER = new URL('../testing/append-forever.ts', import.meta.url)
const LARGE_APPENDER = new URL('../testing/append-large-forever.ts', import.meta.url)

let path: string
beforeEach(async () => { path = await mkdtemp(join(tmpdir(), 'cybermesh-crash-')) })
afterEach(() => rm(path, { recursive: true, force: true }))

test('a writer killed ten times loses nothing acknowledged, doubles nothing and leaves no half batch', async () => {
  const acknowledged: string[] = []
  for (let kill = 0; kill < 10; kill++) {
    const child = runChild(APPENDER, [path, '2000'])
    const before = Date.now()
    while (child.lines.length < 5 && Date.now() - before < 20_000) await sleep(5)
    await sleep(Math.random() * 60)
    child.kill('SIGKILL')
    await child.ended
    // The last line may be cut off; only whole lines count as acknowledged.
    acknowledged.push(...child.lines.filter((line) => line.split(' ').length === 3).flatMap((line) => line.split(' ')))
  }
  const log = await openEmbeddedLog(path)
  const events: RecordedEvent[] = []
  for await (const event of log.readAll()) events.push(event)
  await log.close()

  expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i))
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  expect(events.length % 3).toBe(0)
  const inLog = new Set(events.map(({ id, position }) => `${id}@${position}`))
  const complete = acknowledged.filter((line) => /^[0-9a-f-]{36}@\d+$/.test(line))
  expect(complete.length).toBeGreaterThanOrEqual(150)
  expect(complete.filter((line) => !inLog.has(line))).toEqual([])
}, 120_000)

test('a writer killed again and again in large appends loses none that was acknowledged and leaves no part of one', async () => {
  const BATCH = 2500
  let acknowledged = 0
  for (let kill = 0; kill < 6; kill++) {
    const child = runChild(LARGE_APPENDER, [path, String(BATCH)])
    const before = Date.now()
    while (child.lines.length < 2 && Date.now() - before < 20_000) await sleep(2)
    await sleep(Math.random() * 80)
    child.kill('SIGKILL')
    await child.ended
    acknowledged = Math.max(acknowledged, ...child.lines.filter((line) => /^\d+ 2500$/.test(line)).map((line) => Number(line.split(' ')[0]) + BATCH))
  }
  await expectWholeBatches(BATCH, acknowledged)
}, 240_000)

test('a program that ends itself in the middle of a large append ends, and leaves all of it or nothing', async () => {
  const BATCH = 2500
  const child = runChild(LARGE_APPENDER, [path, String(BATCH), 'exit'])
  expect(await child.ended).toBe(0)
  await expectWholeBatches(BATCH, BATCH)
}, 120_000)

test('a program that closes the log after a large append, and has nothing left to do, ends without an error', async () => {
  const child = runChild(LARGE_APPENDER, [path, '2500', 'close'])
  expect(await child.ended).toBe(0)
  expect(child.lines).toEqual(['0 2500', 'closed'])
}, 120_000)

/** The log has the events 0, 1, 2 … in whole batches, at least those that were acknowledged, and goes on. */
async function expectWholeBatches(batch: number, acknowledged: number): Promise<void> {
  const log = await openEmbeddedLog(path)
  let next = 0
  for await (const { id, position, stream, revision } of log.readAll()) {
    expect([id, position, stream, revision]).toEqual([noteEvent(next).id, next, `stream-${(next % batch) % 300}`, revisionOf(next, batch)])
    next += 1
  }
  expect(next % batch).toBe(0)
  expect(next).toBeGreaterThanOrEqual(acknowledged)
  expect(acknowledged).toBeGreaterThan(0)
  expect(await log.append([{ stream: 'after', expected: 'none', events: [noteEvent('after')] }])).toMatchObject({ kind: 'appended' })
  expect(await log.append([{ stream: 'stream-0', expected: 'any', events: [noteEvent(0)] }])).toMatchObject({ kind: 'already-there' })
  await log.close()
}

/** Of event number `index`: each batch goes through 300 streams in turn. */
function revisionOf(index: number, batch: number): number {
  const stream = (index % batch) % 300
  const aBatch = Math.ceil((batch - stream) / 300)
  return Math.floor(index / batch) * aBatch + Math.floor((index % batch) / 300)
}

test('a reader follows a writer in another process while the file grows by 60 MB', async () => {
  const log = await openEmbeddedLog(path)
  const abort = new AbortController()
  const child = runChild(APPENDER, [path, String(200 * 1024), '100'])
  const positions: number[] = []
  for await (const event of log.subscribe(asPosition(0), abort.signal)) {
    positions.push(event.position)
    if (positions.length === 300) break
  }
  expect(positions).toEqual(positions.map((_, i) => i))
  await child.ended
  await log.append([{ stream: 'left', expected: 'exists', events: [noteEvent('after')] }])
  expect(await log.length()).toBe(301)
  await log.close()
}, 60_000)

test('two writers in two processes share one order without gaps', async () => {
  const log = await openEmbeddedLog(path)
  const child = runChild(APPENDER, [path, '100', '100'])
  while (child.lines.length === 0) await sleep(5)
  for (let i = 0; i < 100; i++) await log.append([{ stream: 'here', expected: 'any', events: [noteEvent(`here-${i}`)] }])
  await child.ended
  const positions: number[] = []
  for await (const { position } of log.readAll()) positions.push(position)
  expect(positions).toEqual(Array.from({ length: 400 }, (_, i) => i))
  await log.close()
}, 60_000)

test('a full disk is said in a clear sentence, and the log goes on once there is space', async (context) => {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path]).status === 0
  if (!mounted) return context.skip('needs the right to mount a small tmpfs')
  try {
    const log = await openEmbeddedLog(join(path, 'log'))
    let written = 0
    const fill = async (): Promise<void> => {
      for (;;) {
        await log.append([{ stream: 'a', expected: 'any', events: [noteEvent(written, 'x'.repeat(50_000))] }])
        written += 1
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringMatching(/full; free some space/) as string })
    expect(written).toBeGreaterThan(3)
    expect(await log.length()).toBe(written)
    spawnSync('mount', ['-o', 'remount,size=8m', path])
    await log.append([{ stream: 'a', expected: 'any', events: [noteEvent('after')] }])
    expect(await log.length()).toBe(written + 1)
    await log.close()
  } finally {
    spawnSync('umount', ['-l', path])
  }
}, 60_000)

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
