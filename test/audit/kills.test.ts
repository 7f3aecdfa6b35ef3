/** Publisher and witness as processes that are killed at any moment: nothing published is lost, nothing cosigned forgotten. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseAuditKeys, trustAuditKeys } from '../../audit/notes/audit-keys.js'
import { proveConsistency } from '../../audit/tree/consistency.js'
import { auditEntryOf } from '../../audit/tree/entry.js'
import { openCheckpoint } from '../../audit/notes/open-checkpoint.js'
import { readBundle, subtreesFromTiles } from '../../audit/tiles/read-tiles.js'
import { readRoot } from '../../audit/tree/subtrees.js'
import { openTileFiles } from '../../audit/tiles/tile-files.js'
import { encodeAddCheckpoint } from '../../audit/witness/messages.js'
import { leafTree } from '../../audit/tree/testing/leaf-tree.js'
import { bytesToHex } from '../../domain/bytes.js'
import { merkleRoot } from '../../domain/merkle.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { runChild } from '../../platform/postgres/testing/run-child.js'
import { bundleProgram } from '../../platform/testing/bundle-program.js'
import { arraySource } from '../support/audit/array-source.js'
import { genesis, validators } from '../support/audit/members.js'
import { KEYS, signCheckpoint } from '../support/audit/signed-log.js'
import { until } from '../support/audit/until.js'
import { startWitness, type WitnessServer } from '../support/audit/witness-server.js'

const PUBLISHER = await bundleProgram(new URL('../support/audit/publish-until-killed.ts', import.meta.url))
const WITNESS = await bundleProgram(new URL('../support/audit/witness-until-killed.ts', import.meta.url))
const KILLS = 12
const ENTRIES = 60_000

let folder: string
let witnesses: WitnessServer[] = []
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'cybermesh-audit-kills-')) })
afterEach(async () => {
  await Promise.all(witnesses.map((witness) => witness.close()))
  witnesses = []
  rmSync(folder, { recursive: true, force: true })
})

test(`a publisher killed ${KILLS} times leaves a whole log each time, takes nothing back and comes to the end`, async () => {
  witnesses = await Promise.all(validators.map((member) => startWitness(member, folder)))
  const audit = join(folder, 'audit')
  const addresses = JSON.stringify(witnesses.map(({ identity, url }) => ({ identity, url })))
  const source = arraySource()
  source.grow(ENTRIES)
  const entries = source.stored.map((bytes, i) => auditEntryOf(i, bytes))
  let largest = 0n

  const look = async (): Promise<void> => {
    if (!existsSync(join(audit, 'checkpoint'))) return
    const trust = trustAuditKeys(parseAuditKeys(JSON.parse(readFileSync(join(audit, 'keys.json'), 'utf8'))), genesis, verifySignature)
    const { size, root } = openCheckpoint(readFileSync(join(audit, 'checkpoint')), trust)
    expect(size).toBeGreaterThanOrEqual(largest)
    largest = size
    const { read } = openTileFiles(audit)
    expect(bytesToHex(await readRoot(size, subtreesFromTiles(size, read)))).toBe(bytesToHex(root))
    const last = (size - 1n) / 256n
    const bundle = await readBundle({ kind: 'entries', index: last, width: Number(size - last * 256n) }, read)
    expect(bundle.map(String)).toEqual(entries.slice(Number(last) * 256, Number(size)).map(String))
  }

  for (let kill = 0; kill < KILLS; kill++) {
    const child = runChild(PUBLISHER, [audit, String(ENTRIES), addresses])
    const published = () => child.lines.filter((line) => line.startsWith('published')).length
    // After one to three publications of this life, and a moment more: in the middle of whatever comes then.
    const enough = 1 + (kill % 3)
    await until(() => (published() >= enough || child.process.exitCode !== null ? true : undefined), 'a publication', 60_000)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 25))
    child.kill('SIGKILL')
    await child.ended
    expect(child.lines.filter((line) => line.startsWith('notice'))).toEqual([])
    await look()
  }
  const last = runChild(PUBLISHER, [audit, String(ENTRIES), addresses])
  await until(() => (last.lines.includes(`published ${ENTRIES}`) ? true : undefined), 'the end', 120_000)
  last.kill('SIGKILL')
  await last.ended
  await look()
  expect(largest).toBe(BigInt(ENTRIES))
  const { read } = openTileFiles(audit)
  expect(bytesToHex(await readRoot(BigInt(ENTRIES), subtreesFromTiles(BigInt(ENTRIES), read)))).toBe(bytesToHex(merkleRoot(entries)))
  expect(witnesses.flatMap(({ alarms }) => alarms)).toEqual([])
}, 600_000)

test(`a witness killed ${KILLS} times never forgets what it cosigned`, async () => {
  const source = arraySource()
  source.grow(2000)
  const tree = leafTree(source.stored.map((bytes, i) => auditEntryOf(i, bytes)))
  const note = (size: number) => signCheckpoint(BigInt(size), tree.root(size), 0)
  let acknowledged = 0

  for (let kill = 0; kill < KILLS; kill++) {
    const child = runChild(WITNESS, [folder])
    const url = (await until(() => child.lines.find((line) => line.startsWith('url ')), 'a witness', 60_000)).slice(4)
    const post = (path: string, body: Uint8Array) => fetch(`${url}${path}`, { method: 'POST', body: new Uint8Array(body) })
    if (kill === 0) expect((await post('/witness/add-log', Buffer.from(JSON.stringify(KEYS.log)))).status).toBe(200)

    if (acknowledged > 0) {
      const told = await post('/witness/add-checkpoint', encodeAddCheckpoint({ oldSize: 0n, proof: [], checkpoint: note(1999) }))
      // What was answered is remembered; what was killed before its answer may be.
      expect(told.status).toBe(409)
      const size = Number(await told.text())
      expect(size).toBeGreaterThanOrEqual(acknowledged)
      acknowledged = size
      expect((await post('/witness/add-checkpoint', encodeAddCheckpoint({ oldSize: BigInt(size), proof: [], checkpoint: signCheckpoint(BigInt(size), new Uint8Array(32), 0) }))).status).toBe(409)
    }
    let size = acknowledged
    let grown = 0
    const killed = (async () => {
      await until(() => (grown >= 3 + (kill % 5) ? true : undefined), 'some cosignatures')
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
      child.kill('SIGKILL')
    })()
    try {
      for (;;) {
        const next = size + 1
        const proof = size === 0 ? [] : await proveConsistency(BigInt(size), BigInt(next), tree.read)
        const answer = await post('/witness/add-checkpoint', encodeAddCheckpoint({ oldSize: BigInt(size), proof, checkpoint: note(next) }))
        if (answer.status !== 200) throw new Error(`status ${answer.status}: ${await answer.text()}`)
        await answer.text()
        size = next
        acknowledged = next
        grown += 1
      }
    } catch (error) {
      if ((error as Error).message.startsWith('status')) throw error
    }
    await killed
    await child.ended
  }
  expect(acknowledged).toBeGreaterThan(KILLS * 3)
}, 600_000)
