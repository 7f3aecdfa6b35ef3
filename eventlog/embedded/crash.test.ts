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
