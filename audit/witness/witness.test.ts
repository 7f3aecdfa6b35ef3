import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { utf8ToBytes } from '../../domain/bytes.js'
import { EMPTY_ROOT } from '../../domain/merkle.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { genesis, recorder, validators, type Member } from '../../test/support/audit/members.js'
import { KEYS, signCheckpoint } from '../../test/support/audit/signed-log.js'
import { openTestWitness } from '../../test/support/audit/witness-server.js'
import { originOf } from '../notes/checkpoint.js'
import { proveConsistency } from '../tree/consistency.js'
import { cosignatureVerifier, cosignedAt } from '../notes/cosignature.js'
import { bindKey } from '../notes/key-binding.js'
import { checkSignatures, ed25519NoteSigner, formatNote, parseNote, parseSignatureLines, signNote } from '../notes/note.js'
import { deriveNoteSigner, witnessNameOf } from '../notes/note-keys.js'
import { byteTree, flipped } from '../tree/testing/leaf-tree.js'
import { decideCosigning } from './decide.js'
import { openWitnessMemory } from './memory.js'
import { encodeAddCheckpoint, parseAddCheckpoint } from './messages.js'
import { createWitness, type Witness, type WitnessAnswer } from './witness.js'

const TREE = byteTree(250)
const member = validators[2] as Member
const json = (value: object) => utf8ToBytes(JSON.stringify(value))

let folder: string
let alarms: string[]
let witness: Witness
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cybermesh-witness-'))
  alarms = []
  witness = openTestWitness(member, folder, alarms)
  witness.addLog(json(KEYS.log))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What an honest log sends on its way from one size to another. */
async function request(from: number, to: number, change: { readonly proof?: readonly Uint8Array[]; readonly checkpoint?: Uint8Array } = {}): Promise<Uint8Array> {
  const proof = from === 0 || from > to ? [] : await proveConsistency(BigInt(from), BigInt(to), TREE.read)
  return encodeAddCheckpoint({ oldSize: BigInt(from), proof, checkpoint: signCheckpoint(BigInt(to), TREE.root(to), 0), ...change })
}

const isCosigned = ({ status, body }: WitnessAnswer, text: string): boolean => status === 200 &&
  checkSignatures(text, parseSignatureLines(body), [cosignatureVerifier(witnessNameOf(genesis.chainId, member.signer.publicKey), deriveNoteSigner('witness', member.seed, genesis.chainId).publicKey, verifySignature)]).verified.length === 1
const textOf = (size: number) => parseNote(signCheckpoint(BigInt(size), TREE.root(size), 0)).text

describe('a witness', () => {
  test('cosigns a tree and each that continues it', async () => {
    expect(isCosigned(witness.addCheckpoint(await request(0, 5)), textOf(5))).toBe(true)
    expect(isCosigned(witness.addCheckpoint(await request(5, 200)), textOf(200))).toBe(true)
    expect(isCosigned(witness.addCheckpoint(await request(200, 200)), textOf(200))).toBe(true)
    expect([witness.status(), alarms]).toEqual([{ size: '200', cosigned: 3, refused: 0, lastRefusal: undefined }, []])
  })

  test('answers what the specification says to everything else, and remembers nothing of it', async () => {
    witness.addCheckpoint(await request(0, 100))
    const forged = (size: number) => signCheckpoint(BigInt(size), flipped(TREE.root(size)), 0)
    const unsigned = formatNote(textOf(120), [signNote(textOf(120), ed25519NoteSigner(originOf(genesis.chainId), member.signer))])
    const falsely = Buffer.from(signCheckpoint(120n, TREE.root(120), 0)).toString('utf8').replace('\n120\n', '\n121\n')
    const elsewhere = Buffer.from(signCheckpoint(120n, TREE.root(120), 0)).toString('utf8').replace('cybermesh/', 'elsewhere/')
    const cases: [string, number, Uint8Array][] = [
      ['an unknown log', 404, await request(100, 120, { checkpoint: utf8ToBytes(elsewhere) })],
      ['nobody that is known signed', 403, await request(100, 120, { checkpoint: unsigned })],
      ['a false signature', 403, await request(100, 121, { checkpoint: utf8ToBytes(falsely) })],
      ['an old size beyond the new one', 400, await request(110, 105)],
      ['an old size of none', 409, await request(0, 120)],
      ['another old size', 409, await request(99, 120)],
      ['two roots of one size', 409, await request(100, 100, { checkpoint: forged(100) })],
      ['a tree that is no continuation', 422, await request(100, 120, { checkpoint: forged(120) })],
      ['a proof cut short', 422, await request(100, 120, { proof: (await proveConsistency(100n, 120n, TREE.read)).slice(1) })],
      ['a proof where none is needed', 422, await request(100, 100, { proof: [new Uint8Array(32)] })],
      ['no request', 400, utf8ToBytes('hello')],
      ['an old size with a zero before it', 400, utf8ToBytes(Buffer.from(await request(100, 120)).toString('utf8').replace('old 100', 'old 0100'))],
      ['a proof line that is no hash', 400, utf8ToBytes(Buffer.from(await request(100, 120)).toString('utf8').replace('old 100\n', 'old 100\nAAAA\n'))],
      ['sixty-four proof lines', 400, await request(100, 120, { proof: Array.from({ length: 64 }, () => new Uint8Array(32)) })],
      ['a checkpoint without its size', 400, await request(100, 120, { checkpoint: formatNote('x\n', []) })],
    ]
    for (const [name, status, body] of cases) expect([name, witness.addCheckpoint(body).status]).toEqual([name, status])
    expect(witness.addCheckpoint(await request(0, 120))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '100\n' })
    expect(witness.status().size).toBe('100')
    expect(alarms).toHaveLength(4)
    expect(isCosigned(witness.addCheckpoint(await request(100, 120)), textOf(120))).toBe(true)
  })

  test('knows an empty tree, and only the true one', async () => {
    expect(witness.addCheckpoint(encodeAddCheckpoint({ oldSize: 0n, proof: [], checkpoint: signCheckpoint(0n, TREE.root(1), 0) })).status).toBe(422)
    expect(witness.addCheckpoint(encodeAddCheckpoint({ oldSize: 0n, proof: [], checkpoint: signCheckpoint(0n, EMPTY_ROOT, 0) })).status).toBe(200)
    expect(witness.addCheckpoint(encodeAddCheckpoint({ oldSize: 0n, proof: [new Uint8Array(32)], checkpoint: signCheckpoint(5n, TREE.root(5), 0) })).status).toBe(422)
    expect(witness.addCheckpoint(await request(0, 5)).status).toBe(200)
  })

  test('of two requests at once lets the later one not roll back the first', async () => {
    const [small, large] = [await request(0, 50), await request(0, 60)]
    expect(witness.addCheckpoint(large).status).toBe(200)
    expect(witness.addCheckpoint(small)).toMatchObject({ status: 409, body: '60\n' })
  })

  test('remembers what it cosigned over a restart, also that a log is known', async () => {
    witness.addCheckpoint(await request(0, 100))
    const again = openTestWitness(member, folder)
    expect(again.addCheckpoint(await request(0, 120))).toMatchObject({ status: 409, body: '100\n' })
    expect(again.addCheckpoint(await request(100, 120)).status).toBe(200)
  })

  test('gives no cosignature where it could not remember it', async () => {
    const kept = openWitnessMemory(join(folder, 'full.json'))
    const full = createWitness({
      genesis, identity: member.signer, identitySeed: member.seed, verify: verifySignature, now: () => 0,
      memory: { read: () => ({ ...kept.read(), logs: [KEYS.log] }), write: () => { throw new Error('no space left on device') } },
    })
    const body = await request(0, 100)
    expect(() => full.addCheckpoint(body)).toThrow('no space')
    expect(full.status()).toMatchObject({ size: undefined, cosigned: 0 })
  })

  test('is on disk before it signs', async () => {
    const path = join(folder, 'order.json')
    const memory = openWitnessMemory(path)
    const steps: string[] = []
    const ordered = createWitness({
      genesis, identity: member.signer, identitySeed: member.seed, verify: verifySignature,
      // The time is looked at when it signs.
      now: () => { steps.push(existsSync(path) && readFileSync(path, 'utf8').includes('\\n100\\n') ? 'remembered' : 'not yet'); return 0 },
      memory,
    })
    ordered.addLog(json(KEYS.log))
    steps.length = 0
    expect(ordered.addCheckpoint(await request(0, 100)).status).toBe(200)
    expect(steps).toEqual(['not yet', 'remembered'])
  })

  test('that lost its memory does not start', async () => {
    witness.addCheckpoint(await request(0, 100))
    const path = join(folder, `${member.name}.json`)
    for (const damage of ['', '{', '{}', readFileSync(path, 'utf8').slice(0, -20), readFileSync(path, 'utf8').replace('"format": 1', '"format": 2')]) {
      writeFileSync(path, damage)
      expect(() => openWitnessMemory(path)).toThrow(/restore the file from its backup/)
    }
  })

  test('believes a log whose recorder is in the genesis, and no other', () => {
    const fresh = openTestWitness(validators[0] as Member, folder)
    const stranger = bindKey((validators[1] as Member).signer, genesis.chainId, 'log', member.signer.publicKey)
    expect(fresh.addLog(json(stranger)).status).toBe(403)
    expect(fresh.addLog(json({ ...KEYS.log, publicKey: 'ab'.repeat(32) })).status).toBe(403)
    expect(fresh.addLog(json(bindKey(recorder.signer, 'ab'.repeat(32), 'log', member.signer.publicKey))).status).toBe(403)
    expect(fresh.addLog(utf8ToBytes('{')).status).toBe(400)
    expect(fresh.addLog(json(KEYS.log)).status).toBe(200)
    expect(fresh.addLog(json(KEYS.log)).status).toBe(200)
  })

  test('shows monitors its key and the newest checkpoint with its own cosignature, also after a restart', async () => {
    const { createHash } = await import('node:crypto')
    const hash = createHash('sha256').update(originOf(genesis.chainId)).digest('hex')
    expect(witness.checkpoint(hash).status).toBe(404)
    witness.addCheckpoint(await request(0, 100))
    for (const one of [witness, openTestWitness(member, folder)]) {
      const { text, signatures } = parseNote(utf8ToBytes(one.checkpoint(hash).body))
      expect([text, signatures.length, cosignedAt(signatures[1]!.signature) > 1_700_000_000n]).toEqual([textOf(100), 2, true])
      expect(one.checkpoint('ab'.repeat(32)).status).toBe(404)
    }
    expect(JSON.parse(witness.keys().body)).toEqual(KEYS.witnesses[2])
  })

  test('answers so many requests a second and no more', async () => {
    const still = createWitness({ genesis, identity: member.signer, identitySeed: member.seed, memory: openWitnessMemory(join(folder, 'still.json')), verify: verifySignature, now: () => 0 })
    const statuses = Array.from({ length: 60 }, () => still.addCheckpoint(utf8ToBytes('x')).status)
    expect([statuses.filter((status) => status === 400).length, statuses.filter((status) => status === 429).length]).toEqual([40, 20])
  })
})

test('a request is read back as it was written', () => {
  const message = { oldSize: 7n, proof: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)], checkpoint: signCheckpoint(9n, TREE.root(9), 0) }
  expect(parseAddCheckpoint(encodeAddCheckpoint(message))).toEqual(message)
})

test('the decision needs no disk, clock or key', async () => {
  const tree = (size: number) => ({ size: BigInt(size), root: TREE.root(size) })
  const proof = await proveConsistency(10n, 20n, TREE.read)
  expect(decideCosigning(tree(10), 10n, proof, tree(20))).toEqual({ kind: 'cosign' })
  expect(decideCosigning(tree(11), 10n, proof, tree(20))).toEqual({ kind: 'other-size', size: 11n })
  expect(decideCosigning(tree(10), 10n, proof, { size: 20n, root: TREE.root(19) })).toEqual({ kind: 'refuted', fault: 'wrong-root' })
  expect(decideCosigning(undefined, 10n, proof, tree(20))).toEqual({ kind: 'other-size', size: 0n })
})
