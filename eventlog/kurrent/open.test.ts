import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { binaryEvent, KurrentDBClient } from '@eventstore/db-client'
import { asPosition } from '../../domain/ids.js'
import { appendOf, noteEvent } from '../testing/events.js'
import { startTestServer, type TestServer } from '../testing/server/index.js'
import { openKurrentLog } from './index.js'

let server: TestServer
beforeEach(async () => { server = await startTestServer() })
afterEach(() => server.stop())

describe('opening a log on a server', () => {
  test('refuses a log of another chain; the first chain named owns the log', async () => {
    await (await openKurrentLog({ url: server.url })).close()
    await (await openKurrentLog({ url: server.url, chainId: 'aa' })).close()
    await expect(openKurrentLog({ url: server.url, chainId: 'bb' })).rejects.toMatchObject({ code: 'OTHER_CHAIN' })
    await (await openKurrentLog({ url: server.url, namespace: 'other', chainId: 'bb' })).close()
  })

  test('refuses an address that is none, without repeating what may be a password', async () => {
    await expect(openKurrentLog({ url: 'postgres://user:secret@host' })).rejects.toMatchObject({ code: 'BAD_URL', message: expect.not.stringContaining('secret') as string })
  })

  test('says in a sentence that a server cannot be reached, and gives up when patience ends', async () => {
    server.stop()
    await expect(openKurrentLog({ url: server.url, patienceMs: 200 })).rejects.toMatchObject({
      code: 'UNREACHABLE', message: expect.stringMatching(/127\.0\.0\.1:\d+ cannot be reached.*start the server, or correct EVENTLOG_URL/s) as string,
    })
    server = await startTestServer()
  })

  test('does not make a log where none may be made', async () => {
    await expect(openKurrentLog({ url: server.url, chainId: 'aa', create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(server.store.all()).toEqual([])
  })

  test('takes the old scheme of addresses', async () => {
    const log = await openKurrentLog({ url: server.url.replace('kurrentdb:', 'esdb:') })
    expect(await log.length()).toBe(0)
    await log.close()
  })
})

describe('a log on a server', () => {
  test('keeps two namespaces apart', async () => {
    const [left, right] = await Promise.all(['left', 'right'].map((namespace) => openKurrentLog({ url: server.url, namespace })))
    await left?.append([appendOf('a', 'none', 1)])
    expect(await right?.lastRevision('a')).toBeUndefined()
    expect((await right?.append([appendOf('a', 'none', 1)]))?.kind).toBe('appended')
    await left?.close()
    await right?.close()
  })

  test('is readable by any client: our streams are links that the server follows, with our ids and types', async () => {
    const log = await openKurrentLog({ url: server.url })
    await log.append([appendOf('chain', 'none', 1), appendOf('anomaly-7', 'none', 2, 3)])
    await log.close()
    const client = KurrentDBClient.connectionString(server.url)
    const found: unknown[] = []
    for await (const { event, link } of client.readStream('anomaly-7', { resolveLinkTos: true })) found.push([event?.type, (event?.metadata as { stream: string }).stream, Number(link?.revision)])
    expect(found).toEqual([['OperatorActionRecorded', 'anomaly-7', 0], ['OperatorActionRecorded', 'anomaly-7', 1]])
    await client.dispose()
  })

  test('says so where its stream holds what this program did not write', async () => {
    const client = KurrentDBClient.connectionString(server.url)
    await client.appendToStream('cybermesh', binaryEvent({ type: 'Foreign', data: Buffer.from('x') }))
    await client.dispose()
    const log = await openKurrentLog({ url: server.url })
    await expect(log.append([appendOf('a', 'any', 1)])).rejects.toMatchObject({ code: 'FOREIGN_EVENT' })
    await log.close()
  })

  test('sends a slow reader no more than a page and what the connection holds', async () => {
    const log = await openKurrentLog({ url: server.url })
    for (let i = 0; i < 24; i++) await log.append([{ stream: 'a', expected: 'any', events: Array.from({ length: 8 }, (_, k) => noteEvent(i * 8 + k, 'x'.repeat(256 * 1024))) }])
    const reader = await openKurrentLog({ url: server.url })
    const sentBefore = server.sentBytes()
    const events = reader.subscribe(asPosition(0), new AbortController().signal)[Symbol.asyncIterator]()
    await events.next()
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    // 48 MB wait; a page is 8 MB.
    expect(server.sentBytes() - sentBefore).toBeLessThan(24 * 1024 * 1024)
    await reader.close()
    await log.close()
  })

  test('keeps what a writer knows beside it, and makes it again where it belongs to another log', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-known-'))
    try {
      const indexPath = join(folder, 'known')
      const first = await openKurrentLog({ url: server.url, indexPath })
      await first.append([appendOf('a', 'none', 1, 2)])
      await first.close()
      const again = await openKurrentLog({ url: server.url, indexPath })
      expect((await again.append([appendOf('a', 'none', 1, 2)])).kind).toBe('already-there')
      expect((await again.append([appendOf('a', 1, 3)])).kind).toBe('appended')
      await again.close()
      const other = await openKurrentLog({ url: server.url, namespace: 'other', indexPath })
      expect((await other.append([appendOf('a', 'none', 1, 2)])).kind).toBe('appended')
      await other.close()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
