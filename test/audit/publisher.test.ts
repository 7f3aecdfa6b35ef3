/** The log as it is published, against the witnesses of five validators over HTTP, read by a client of another make. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditEntryOf } from '../../audit/tree/entry.js'
import { parseAuditKeys, trustAuditKeys } from '../../audit/notes/audit-keys.js'
import { openCheckpoint, type SignedCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { runAuditPublisher, type AuditPublisher } from '../../audit/publisher/run-publisher.js'
import { verifyConsistency, proveConsistency } from '../../audit/tree/consistency.js'
import { subtreesFromTiles } from '../../audit/tiles/read-tiles.js'
import { openTileFiles } from '../../audit/tiles/tile-files.js'
import { knownWitnesses } from '../../cli/audit/known-witnesses.js'
import { openLogSource } from '../../cli/audit/log-source.js'
import { watchLog } from '../../cli/audit/watch-log.js'
import { merkleRoot } from '../../domain/merkle.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { arraySource, type ArraySource } from '../support/audit/array-source.js'
import { genesis, recorder, validators } from '../support/audit/members.js'
import { serveLog } from '../support/audit/serve-log.js'
import { until } from '../support/audit/until.js'
import { startWitness, type WitnessServer } from '../support/audit/witness-server.js'
import { openLog, type VerifierKey } from './independent-client.js'

let folder: string
let audit: string
let source: ArraySource
let witnesses: WitnessServer[]
let running: { publisher: AuditPublisher; stop(): Promise<void> }[]
let notices: string[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-audit-'))
  audit = join(folder, 'audit')
  writeFileSync(join(folder, 'genesis.json'), JSON.stringify(genesis))
  source = arraySource()
  notices = []
  running = []
  witnesses = await Promise.all(validators.map((member) => startWitness(member, folder)))
})
afterEach(async () => {
  for (const { stop } of running) await stop()
  await Promise.all(witnesses.map((witness) => witness.close()))
  rmSync(folder, { recursive: true, force: true })
})

function publish(from: ArraySource = source, into = audit) {
  const stopping = new AbortController()
  const publisher = runAuditPublisher({
    source: from, folder: into, genesis, identity: recorder.signer, identitySeed: recorder.seed, witnesses: witnesses.map(({ identity, url }) => ({ identity, url })), verify: verifySignature,
    signal: stopping.signal, everyMs: 5, onNotice: (sentence) => notices.push(sentence),
  })
  const one = { publisher, stop: async () => { stopping.abort(); await publisher.done } }
  running.push(one)
  return one
}

const keysIn = (into = audit) => parseAuditKeys(JSON.parse(readFileSync(join(into, 'keys.json'), 'utf8')))
const newest = (into = audit): SignedCheckpoint => openCheckpoint(readFileSync(join(into, 'checkpoint')), trustAuditKeys(keysIn(into), genesis, verifySignature))
const publishedSize = (publisher: AuditPublisher, size: number) => until(() => (publisher.status().published?.size === String(size) ? true : undefined), `a checkpoint of ${size} entries`)
const rootOf = (log: ArraySource, size: number) => merkleRoot(log.stored.slice(0, size).map((bytes, i) => auditEntryOf(i, bytes)))
const filesIn = (path: string): string[] => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1)).sort()

describe('the published log', () => {
  test('is read whole by a client written from the specifications alone, at every size that was published', async () => {
    const server = await serveLog(() => audit)
    try {
      const { publisher } = publish()
      for (const step of [1, 1, 253, 1, 1, 300, 512, 1]) {
        source.grow(step)
        await publishedSize(publisher, source.stored.length)
        const keys = keysIn()
        const keyOf = (name: string, type: 1 | 4, publicKey: string): VerifierKey => ({ name, type, publicKey: Buffer.from(publicKey, 'hex') })
        const client = openLog(`${server.url}/audit`, keyOf(keys.origin, 1, keys.log.publicKey),
          keys.witnesses.map(({ identity, publicKey }) => keyOf(`${keys.origin}/witness/${identity.slice(0, 16)}`, 4, publicKey)), 4)
        const head = await client.head()
        expect([head.size, head.witnesses.length]).toEqual([source.stored.length, 5])
        const entries = await client.entries(head)
        expect(entries.map(String)).toEqual(source.stored.map((bytes, i) => Buffer.from(auditEntryOf(i, bytes)).toString()))
      }
    } finally {
      await server.close()
    }
  })

  test('keeps partial tiles of what was published and none that a full tile has replaced', async () => {
    const { publisher } = publish()
    for (const step of [5, 100, 200]) {
      source.grow(step)
      await publishedSize(publisher, source.stored.length)
    }
    expect(filesIn(audit)).toEqual([
      'checkpoint', 'cose-checkpoint', 'keys.json', 'publisher.json', 'tile/0/000', 'tile/0/001.p/49', 'tile/1/000.p/1', 'tile/entries/000', 'tile/entries/001.p/49',
    ])
  })

  test('gives a monitor that asks the validators too no alarm while it grows, and none where they are ahead of what is published', async () => {
    const server = await serveLog(() => audit)
    try {
      const log = openLogSource({ url: server.url, genesis: join(folder, 'genesis.json') })
      const look = () => watchLog(log, {
        state: join(folder, 'seen'), everyMs: 1000, isOnce: true, signal: new AbortController().signal, say: () => undefined, witnesses: () => knownWitnesses(log, witnesses.map(({ url }) => url)),
      })
      const { publisher } = publish()
      source.grow(1)
      await publishedSize(publisher, 1)
      let agreeing = 0
      for (let looks = 0; looks < 30; looks++) {
        source.grow(97)
        const { alarm, witnesses: words } = await look()
        expect(alarm).toBeUndefined()
        agreeing += words.filter(({ agrees }) => agrees === true).length
      }
      // Of 150; on a busy machine one may answer too late.
      expect(agreeing).toBeGreaterThan(100)
      await publishedSize(publisher, source.stored.length)
      for (const one of witnesses.slice(0, 2)) await one.close()
      source.grow(10)
      const ahead = String(source.stored.length)
      await until(() => (witnesses.slice(2).every(({ witness }) => witness.status().size === ahead) ? true : undefined), 'three cosignatures')
      const { alarm, witnesses: words } = await look()
      expect([alarm, words.map(({ agrees }) => agrees)]).toEqual([undefined, [undefined, undefined, true, true, true]])
      expect(words[4]?.sentence).toContain('newer than what is published')
    } finally {
      await server.close()
    }
  })

  test('goes on with one validator away, stops with two and says which, and goes on when one is back', async () => {
    const { publisher } = publish()
    source.grow(10)
    await publishedSize(publisher, 10)
    await witnesses[0]!.close()
    source.grow(10)
    await publishedSize(publisher, 20)
    expect(newest().cosigners.map(({ validator }) => validator)).not.toContain('validator-0')

    await witnesses[3]!.close()
    source.grow(10)
    const problem = await until(() => publisher.status().problem, 'a problem')
    expect(problem).toMatch(/3 of 4 validators .* cosigned: .*validator-0: .*validator-3: http/)
    expect([newest().size, publisher.status().published?.size]).toEqual([20n, '20'])
    expect(publisher.status().waitingMs).toBeGreaterThan(0)

    witnesses[3] = await startWitness(validators[3]!, folder, Number(new URL(witnesses[3]!.url).port))
    await publishedSize(publisher, 30)
    expect(publisher.status()).toMatchObject({ problem: undefined, waitingMs: 0 })
  })

  test('goes on after a restart, and makes lost or changed tiles again from the log, the same ones', async () => {
    const first = publish()
    source.grow(600)
    await publishedSize(first.publisher, 600)
    await first.stop()
    const before = filesIn(audit).map((file) => [file, readFileSync(join(audit, file)).toString('hex')])
    for (const damage of [
      () => rmSync(join(audit, 'publisher.json')),
      () => writeFileSync(join(audit, 'publisher.json'), '{'),
      () => rmSync(join(audit, 'tile', '0'), { recursive: true }),
      () => writeFileSync(join(audit, 'tile', '0', '002.p', '88'), Buffer.alloc(88 * 32)),
      () => writeFileSync(join(audit, 'tile', 'entries', '002.p', '88'), Buffer.alloc(3)),
    ]) {
      damage()
      const again = publish()
      await until(() => (again.publisher.status().size === '600' ? true : undefined), 'all tiles')
      await again.stop()
      expect(filesIn(audit).map((file) => [file, readFileSync(join(audit, file)).toString('hex')])).toEqual(before)
    }
    const last = publish()
    source.grow(1)
    await publishedSize(last.publisher, 601)
    expect(newest().root).toEqual(rootOf(source, 601))
  })

  test('never contradicts what was published: over another log it stays as it was and says so', async () => {
    const first = publish()
    source.grow(300)
    await publishedSize(first.publisher, 300)
    await first.stop()
    rmSync(join(audit, 'publisher.json'))
    const other = arraySource('another')
    other.grow(310)
    const second = publish(other)
    expect(await until(() => second.publisher.status().problem, 'a problem')).toMatch(/contradicts the checkpoint published before, of 300 entries/)
    await second.stop()
    const shorter = arraySource()
    shorter.grow(200)
    rmSync(join(audit, 'publisher.json'))
    const third = publish(shorter)
    expect(await until(() => third.publisher.status().problem, 'a problem')).toMatch(/has 200 entries, the checkpoint published before has 300: is the log an older copy/)
    expect(newest().size).toBe(300n)
    expect(witnesses.flatMap(({ alarms }) => alarms)).toEqual([])
  })

  test('a recorder that forgot what it published is stopped by the witnesses when it forks or rolls back', async () => {
    const first = publish()
    source.grow(300)
    await publishedSize(first.publisher, 300)
    await first.stop()
    for (const [log, size, expected] of [[arraySource('another'), 310, /422/], [arraySource('another'), 300, /409.*another root/], [arraySource(), 299, /has cosigned 300 entries already/]] as const) {
      log.grow(size)
      const liar = publish(log, join(folder, `liar-${size}`))
      expect(await until(() => liar.publisher.status().problem, 'a problem')).toMatch(expected)
      await liar.stop()
      expect(() => readFileSync(join(folder, `liar-${size}`, 'checkpoint'))).toThrow(/ENOENT/)
    }
    expect(witnesses.every(({ alarms }) => alarms.length >= 2)).toBe(true)
  })

  test('is told to a witness that knows nothing of it, and to a standby recorder that knows nothing of the witnesses', async () => {
    const first = publish()
    source.grow(40)
    await publishedSize(first.publisher, 40)
    await first.stop()
    source.grow(5)
    const standby = publish(source, join(folder, 'standby'))
    await publishedSize(standby.publisher, 45)
    expect(newest(join(folder, 'standby')).cosigners).toHaveLength(5)
  })

  test('ten thousand checkpoints are consistent, each with the one before and with the last', async () => {
    const files = openTileFiles(audit)
    const { publisher, stop } = publish()
    source.grow(10_000)
    await publishedSize(publisher, 10_000)
    await stop()
    const roots: Uint8Array[] = []
    const leaves = source.stored.map((bytes, i) => auditEntryOf(i, bytes))
    const { appendLeaf, emptyTree, rootOf: rootOfTree } = await import('../../audit/tree/tree.js')
    let tree = emptyTree
    for (const entry of leaves) {
      tree = appendLeaf(tree, entry)
      roots.push(rootOfTree(tree))
    }
    const cache = new Map<string, Promise<Uint8Array | undefined>>()
    const read = subtreesFromTiles(10_000n, (path) => {
      const known = cache.get(path) ?? files.read(path)
      cache.set(path, known)
      return known
    })
    for (let size = 1; size <= 10_000; size++) {
      for (const other of [size + 1, 10_000]) {
        if (other > 10_000) continue
        const proof = await proveConsistency(BigInt(size), BigInt(other), read)
        const check = verifyConsistency({ size1: BigInt(size), root1: roots[size - 1]!, size2: BigInt(other), root2: roots[other - 1]!, proof })
        if (!check.ok) expect([size, other, check]).toEqual([size, other, { ok: true }])
      }
    }
    expect(newest().root).toEqual(roots[9999])
  })
})
