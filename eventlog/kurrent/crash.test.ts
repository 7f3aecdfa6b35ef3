/**
 * A writer that dies between any two of its appends to the server. Its death is the server's doing, so that it comes
 * at every place there is: the k-th append is carried out but not answered, or not carried out, and nothing after it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/server/index.js'
import { appendOf } from '../testing/events.js'
import { runChild } from '../../platform/postgres/testing/run-child.js'
import { bundleProgram } from '../../platform/testing/bundle-program.js'
import type { EventLog, RecordedEvent, StreamAppend } from '../log.js'
import { openKurrentLog } from './index.js'

/** Ten appends to the server: two to the log, the others links; `again` shares streams with the first. */
const FIRST: readonly StreamAppend[] = [appendOf('chain', 'none', 1), ...['a', 'b', 'c'].map((name, i) => appendOf(`anomaly-${name}`, 'none', `x${i}`, `y${i}`))]
const AGAIN: readonly StreamAppend[] = [appendOf('chain', 0, 2), ...['a', 'b', 'd'].map((name, i) => appendOf(`anomaly-${name}`, name === 'd' ? 'none' : 1, `z${i}`))]
const WRITER = await bundleProgram(new URL('../testing/append-forever.ts', import.meta.url))
const KILLS = process.env['CYBERMESH_FULL'] === '1' ? 10 : 3
const STREAMS = ['chain', 'anomaly-a', 'anomaly-b', 'anomaly-c', 'anomaly-d']

/** Lets `count` appends be carried out, the last of them without an answer, and none after that. */
function dieAfter(server: TestServer, count: number): void {
  let done = 0
  server.decideFate(() => {
    done += 1
    return done < count ? 'answer' : done === count ? 'lose-answer' : 'lose'
  })
}

async function read(log: EventLog, stream?: string): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const event of stream === undefined ? log.readAll() : log.readStream(stream)) events.push(event)
  return events
}

/** Each stream must be exactly what the log says of it, for readers that never write. */
async function expectWhole(log: EventLog): Promise<readonly RecordedEvent[]> {
  const all = await read(log)
  expect(all.map(({ position }) => position)).toEqual(all.map((_, i) => i))
  for (const stream of STREAMS) {
    const due = all.filter((event) => event.stream === stream)
    expect(await read(log, stream)).toEqual(due)
    expect(await log.lastRevision(stream)).toBe(due.at(-1)?.revision)
    expect(due.map(({ revision }) => revision)).toEqual(due.map((_, i) => i))
  }
  return all
}

describe('a writer that dies', () => {
  test.each(Array.from({ length: 11 }, (_, k) => k))('after %i appends to the server leaves a whole log, and the next one goes on', async (k) => {
    const server = await startTestServer()
    const dying = await openKurrentLog({ url: server.url, patienceMs: 0 })
    dieAfter(server, k)
    const acknowledged: string[] = []
    for (const batch of [FIRST, AGAIN]) {
      const result = await dying.append(batch).catch(() => undefined)
      if (result?.kind === 'appended') acknowledged.push(...result.events.map(({ id }) => id))
    }
    await dying.close()
    server.decideFate(() => 'answer')

    const reader = await openKurrentLog({ url: server.url })
    const left = await expectWhole(reader)
    expect([0, 7, 11]).toContain(left.length)
    expect(acknowledged.filter((id) => !left.some((event) => event.id === id))).toEqual([])

    const next = await openKurrentLog({ url: server.url })
    for (const batch of [FIRST, AGAIN]) expect(['appended', 'already-there']).toContain((await next.append(batch)).kind)
    expect((await next.append([appendOf('anomaly-a', 'exists', 'after')])).kind).toBe('appended')
    await next.close()
    expect(await expectWhole(reader)).toHaveLength(12)
    await reader.close()
    // Every link is there for readers that know nothing of our marks.
    for (const stream of STREAMS) {
      expect(server.store.stream(stream).map(({ data }) => Number(Buffer.from(data).toString().split('@')[0])))
        .toEqual(server.store.all().filter(({ stream: name }) => name === 'cybermesh').flatMap((event) => {
          const { stream: ours } = JSON.parse(Buffer.from(event.custom).toString()) as { stream: string }
          return ours === stream ? [event.revision] : []
        }))
    }
    server.stop()
  })

  test('by kill -9, again and again, loses nothing acknowledged, doubles nothing and leaves no half batch', async () => {
    const server = await startTestServer()
    const acknowledged: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const child = runChild(WRITER, [server.url, '500'])
      const enough = 3 + kill
      await new Promise<void>((resolve, reject) => {
        const stop = server.store.onAppend(() => {
          if (child.lines.length < enough) return
          stop()
          child.kill('SIGKILL')
          resolve()
        })
        child.ended.catch(reject)
      })
      await child.ended
      acknowledged.push(...child.lines.filter((line) => line.split(' ').length === 3).flatMap((line) => line.split(' ')))
    }
    const log = await openKurrentLog({ url: server.url })
    const events = await read(log)
    expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i))
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(events.length % 3).toBe(0)
    const inLog = new Set(events.map(({ id, position }) => `${id}@${position}`))
    expect(acknowledged.length).toBeGreaterThanOrEqual(9 * KILLS)
    expect(acknowledged.filter((line) => /^[0-9a-f-]{36}@\d+$/.test(line) && !inLog.has(line))).toEqual([])
    for (const stream of ['left', 'right']) expect(await read(log, stream)).toEqual(events.filter((event) => event.stream === stream))
    await log.close()
    server.stop()
  }, 180_000)
})

describe('a server that dies', () => {
  test('and comes back with what it had answered: the log goes on where it was, writer and reader too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-kurrent-'))
    try {
      const file = join(folder, 'events')
      let server = await startTestServer({ file })
      const { url, port } = server
      const log = await openKurrentLog({ url })
      const seen: number[] = []
      const reading = (async () => {
        for await (const event of log.subscribe(0 as RecordedEvent['position'], AbortSignal.timeout(30_000))) {
          seen.push(event.position)
          if (seen.length === 12) return
        }
      })()
      for (let round = 0; round < 4; round++) {
        await log.append([appendOf('a', 'any', `a${round}`, `b${round}`), appendOf('b', 'any', `c${round}`)])
        server.stop()
        server = await startTestServer({ file, port })
      }
      await reading
      expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => i))
      expect((await read(log, 'a')).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      await log.close()
      server.stop()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
