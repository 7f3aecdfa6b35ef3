/** The audit log of a real mesh: published while it runs, read by strangers, kept over kill -9, one root with SQL. */
import { readFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseCheckpoint } from '../../audit/notes/checkpoint.js'
import { auditEntryOf } from '../../audit/tree/entry.js'
import { parseNote } from '../../audit/notes/note.js'
import { bytesToHex } from '../../domain/bytes.js'
import { asPosition } from '../../domain/ids.js'
import { merkleRoot } from '../../domain/merkle.js'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { packageFile } from '../../platform/package-root.js'
import { until } from '../support/audit/until.js'
import { cybermesh, startUp, temporaryFolder, type Running, type Up } from '../support/mesh.js'
import { openLog, type VerifierKey } from '../audit/independent-client.js'

const folder = temporaryFolder()
const data = join(folder.path, 'mesh')
const MINUTE = 60_000
let up: Up
let running: Running
beforeAll(async () => {
  up = startUp(data, '--rate', '10')
  running = await up.ready()
}, 3 * MINUTE)
afterAll(async () => {
  await up.killEverything().catch(() => undefined)
  folder.remove()
})

type Keys = { readonly origin: string; readonly log: { readonly publicKey: string }; readonly witnesses: readonly { readonly identity: string; readonly publicKey: string }[] }

async function stranger() {
  const keys = await (await fetch(`${running.api}/audit/keys.json`)).json() as Keys
  const keyOf = (name: string, type: 1 | 4, publicKey: string): VerifierKey => ({ name, type, publicKey: Buffer.from(publicKey, 'hex') })
  return openLog(`${running.api}/audit`, keyOf(keys.origin, 1, keys.log.publicKey), keys.witnesses.map(({ identity, publicKey }) => keyOf(`${keys.origin}/witness/${identity.slice(0, 16)}`, 4, publicKey)), 4)
}

/** A checkpoint of more than so many entries, as a client of another make reads it. */
const headBeyond = (size: number) => until(async () => {
  const head = await stranger().then((client) => client.head()).catch(() => undefined)
  return head !== undefined && head.size > size ? head : undefined
}, `a checkpoint of more than ${size} entries`, 2 * MINUTE)


/** The path as it stands, where `fetch` would tidy it, over a connection of its own. */
const raw = (method: string, path: string) => new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: Uint8Array }>((resolve, reject) => {
  const { hostname, port } = new URL(running.api)
  request({ hostname, port, method, path: `/audit/${path}`, agent: false }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.once('end', () => resolve({ status: response.statusCode, headers: response.headers, body: new Uint8Array(Buffer.concat(chunks)) }))
  }).once('error', reject).end()
})

describe('the audit log of a running mesh', () => {
  test('is read whole over HTTP by a client of another make', async () => {
    const head = await headBeyond(100)
    const entries = await (await stranger()).entries(head)
    expect(entries).toHaveLength(head.size)
    expect(JSON.parse(String(entries[0]))).toMatchObject({ position: '0', type: 'ValidatorRegistered' })
  }, 5 * MINUTE)

  test('is what the guide says it is: its commands hold', () => {
    const text = readFileSync(packageFile('docs/audit.md'), 'utf8')
    const commands = [...text.matchAll(/^npx cybermesh (audit [^\n]+)$/gm)].map(([, command]) => command as string)
    expect(commands.length).toBeGreaterThanOrEqual(5)
    for (const command of commands) {
      const args = command.replace('http://127.0.0.1:9441', running.api).replace('genesis.json', join(data, 'genesis.json')).replace('--state seen', `--state ${join(folder.path, 'seen')}`).split(' ')
      const outcome = cybermesh(...args, ...(command.includes('--url') ? [] : ['--data', data]))
      expect([command, outcome.code, outcome.stderr.includes('ALARM')]).toEqual([command, 0, false])
    }
  }, 5 * MINUTE)

  test('answers nothing but its own paths, and no other method', async () => {
    for (const path of [
      '', 'publisher.json', '../publisher.json', 'tile/0/../../checkpoint', 'tile/0/%2e%2e/%2e%2e/checkpoint', '..%2f..%2fgenesis.json', '../../genesis.json', 'tile/0/000.p/0', 'tile/00/000', 'tile/0/999', 'checkpoint/',
    ]) expect([path, (await raw('GET', path)).status]).toEqual([path, 404])
    expect((await raw('POST', 'checkpoint')).status).toBe(405)
    const { headers, body } = await raw('GET', 'checkpoint')
    expect([headers['cache-control'], headers['content-type']]).toEqual(['no-cache', 'text/plain; charset=utf-8'])
    const { size } = parseCheckpoint(parseNote(body).text)
    const width = size >= 256n ? 256 : Number(size)
    const tile = await raw('GET', width === 256 ? 'tile/0/000' : `tile/0/000.p/${width}`)
    expect([tile.headers['cache-control'], tile.body.length]).toEqual(['public, max-age=31536000, immutable', width * 32])
  })

  test('tells in the status how far it is', () => {
    const { audit } = JSON.parse(cybermesh('status', '--data', data, '--json').stdout) as { audit: { published: number; cosigners: number; problem: string | null } }
    expect(audit).toMatchObject({ cosigners: 5, problem: null })
    expect(cybermesh('status', '--data', data).stdout).toMatch(/audit log  checkpoint of \d+ of \d+ events, cosigned by 5 validators/)
  })

  test('goes on after the recorder and a validator were killed', async () => {
    const before = await headBeyond(0)
    for (const role of ['recorder', 'validator-2']) process.kill(running.pids[role] as number, 'SIGKILL')
    const after = await headBeyond(before.size + 20)
    await (await stranger()).entries(after)
    expect(cybermesh('audit', 'watch', '--data', data, '--state', join(folder.path, 'seen'), '--once').code).toBe(0)
  }, 5 * MINUTE)

  test('goes on after everything was killed at once, and takes nothing back', async () => {
    const before = await headBeyond(0)
    await up.killEverything()
    up = startUp(data, '--rate', '10')
    running = await up.ready()
    const after = await headBeyond(before.size + 20)
    expect(after.witnesses.length).toBeGreaterThanOrEqual(4)
    expect(cybermesh('audit', 'watch', '--data', data, '--state', join(folder.path, 'seen'), '--once').code).toBe(0)
  }, 8 * MINUTE)

  test('has the root that SQL has, and that the entries of the log give', async () => {
    await up.interrupt()
    expect(cybermesh('audit', 'consistency', '--data', data)).toMatchObject({ code: 0 })
    const { size, root } = parseCheckpoint(parseNote(readFileSync(join(data, 'recorder', 'audit', 'checkpoint'))).text)
    const log = await openEmbeddedLog(join(data, 'eventlog'))
    const entries = (await log.readEntries({ from: asPosition(0), limit: 1_000_000, maxBytes: 2 ** 31 })).map(({ position, bytes }) => auditEntryOf(position, bytes))
    await log.close()
    expect(bytesToHex(merkleRoot(entries.slice(0, Number(size))))).toBe(bytesToHex(root))
    const { auditRoot } = (JSON.parse(cybermesh('query', '{ auditRoot { size root } }', '--data', data, '--json').stdout) as { data: { auditRoot: { size: string | number; root: string } } }).data
    expect(auditRoot.root).toBe(bytesToHex(merkleRoot(entries.slice(0, Number(auditRoot.size)))))
    // The end of `up` waits for the last checkpoint, but not for ever.
    expect(Number(auditRoot.size)).toBeGreaterThanOrEqual(Number(size))
    expect(JSON.parse(cybermesh('status', '--data', data, '--json').stdout)).toMatchObject({ audit: { published: Number(size) } })
  }, 5 * MINUTE)
})
