import { beforeAll, describe, expect, test } from 'vitest'
import { canonicalJson, type Json } from '../../domain/canonical-json.js'
import { decodeQc, encodeQc, voteSignBytes, type VoteData } from '../../domain/certificate.js'
import type { ChainId } from '../../domain/ids.js'
import { formatBundle, type ChainProof, type TreeProof } from '../proof/bundle.js'
import { createRemembering } from './testing/remembered.js'
import { createWorld, identityOf, type World } from './testing/world.js'
import { verifyBundle, type Verification } from './index.js'

let world: World
let chain: ChainProof
let tree: TreeProof
beforeAll(async () => {
  world = await createWorld()
  chain = await world.chainProof(world.ids.second)
  tree = world.treeProof(positionOf(chain))
})

const positionOf = ({ logEntry }: ChainProof): number => Number((JSON.parse(Buffer.from(logEntry).toString()) as { position: string }).position)
const verify = (changes: Partial<ChainProof>, treeChanges: Partial<TreeProof> = {}, primitives = createRemembering()): Verification =>
  verifyBundle(formatBundle({ ...chain, ...changes }, { ...tree, ...treeChanges }), world.genesis, primitives)

describe('a proof bundle', () => {
  test('proves with the genesis file alone that the network accepted the anomaly', async () => {
    expect(verifyBundle(await world.bundle(world.ids.second), world.genesis)).toMatchObject({ ok: true, proven: {
      chainId: world.chainId, network: 'test', anomaly: { id: world.ids.second, type: 'ddos', severity: 7, confidence: 0.9, scheme: 'v2' }, producer: { name: 'producer-0' },
      block: { height: 1, txIndex: 1, transactions: 3 }, commit: { quorum: 4, validators: 5, signers: ['validator-0', 'validator-1', 'validator-2', 'validator-3'] },
      log: { recorder: 'recorder-0', treeSize: world.entries.length, witnesses: [{ name: 'validator-0', at: '2025-10-09T08:55:00.000Z' }, {}, {}, {}] },
    } })
  })

  test('is good for every anomaly that was committed, also by a certificate for a later block, also under the original scheme', async () => {
    for (const id of [world.ids.first, world.ids.second, world.ids.v1, world.ids.last]) {
      expect(verifyBundle(await world.bundle(id), world.genesis)).toMatchObject({ ok: true, proven: { anomaly: { id, scheme: id === world.ids.v1 ? 'v1' : 'v2' } } })
    }
    expect((await world.chainProof(world.ids.first)).commit.headers).toHaveLength(1)
    expect((await world.chainProof(world.ids.last)).commit.headers).toHaveLength(0)
  })

  test('is of one genesis: another network, or the same file with one word changed, does not accept it', async () => {
    const text = Buffer.from(world.genesis).toString()
    expect(verify({})).toMatchObject({ ok: true })
    const other = await createWorld('other')
    expect(verifyBundle(formatBundle(chain, tree), other.genesis)).toMatchObject({ ok: false, part: 'chainId' })
    expect(verifyBundle(formatBundle(chain, tree), Buffer.from(text.replace('producer-1', 'producer-2')))).toMatchObject({ ok: false, part: 'genesis', sentence: expect.stringContaining('the file was changed') as string })
    for (const bad of ['', '[]', 'null', '{}', '{"chainId":"x"}']) expect(verifyBundle(formatBundle(chain, tree), Buffer.from(bad))).toMatchObject({ ok: false, part: 'genesis' })
  })
})

describe('a bundle that somebody made up is refused:', () => {
  const sign = (data: VoteData, voters: readonly number[]): Uint8Array => {
    const message = voteSignBytes(world.chainId as ChainId, data)
    return encodeQc({ data, signatures: voters.map((index) => ({ index, signature: identityOf(`validator ${index}`).signer.sign(message) })) })
  }

  test('a certificate by fewer than a quorum', () => {
    const { data } = decodeQc(chain.commit.certificate)
    expect(verify({ commit: { ...chain.commit, certificate: sign(data, [0, 1, 2, 4]) } })).toMatchObject({ ok: true })
    expect(verify({ commit: { ...chain.commit, certificate: sign(data, [0, 1, 2]) } })).toMatchObject({ ok: false, part: 'commit.certificate', sentence: expect.stringContaining('3 signatures, a quorum is 4 of 5') as string })
  })

  test('a certificate with one voter twice, or with one who is no validator', () => {
    const { data, signatures } = decodeQc(chain.commit.certificate)
    const raw = encodeQc({ data, signatures: [...signatures.slice(0, 3), signatures[2]!] })
    expect(verify({ commit: { ...chain.commit, certificate: raw } })).toMatchObject({ part: 'commit.certificate', sentence: expect.stringContaining('rising order') as string })
    expect(verify({ commit: { ...chain.commit, certificate: sign(data, [0, 1, 2, 9]) } })).toMatchObject({ part: 'commit.certificate', sentence: expect.stringContaining('no validator 9') as string })
  })

  test('a certificate that commits across a gap of views, at a height that is not its own less one, nothing at all, or of a later epoch', () => {
    const { data } = decodeQc(chain.commit.certificate)
    const forged: readonly (readonly [VoteData, string])[] = [
      [{ ...data, parentView: (data.parentView - 1) as VoteData['view'] }, 'not consecutive'],
      [{ ...data, height: (data.height + 1) as VoteData['height'] }, 'its own block is at'],
      [{ ...data, commit: undefined }, 'commits nothing'],
      [{ ...data, epoch: 1 as VoteData['epoch'] }, 'epoch 1'],
    ]
    for (const [one, says] of forged) expect(verify({ commit: { ...chain.commit, certificate: sign(one, [0, 1, 2, 3]) } })).toMatchObject({ part: 'commit.certificate', sentence: expect.stringContaining(says) as string })
  })

  test('headers that do not lead from the block to what the certificate commits', async () => {
    const later = await world.chainProof(world.ids.last)
    expect(verify({ commit: { ...chain.commit, headers: [] } })).toMatchObject({ part: 'commit.certificate' })
    expect(verify({ commit: { ...chain.commit, headers: [later.block.header] } })).toMatchObject({ part: 'commit.headers' })
    expect(verify({ commit: { ...chain.commit, headers: [...chain.commit.headers, later.block.header] } })).toMatchObject({ part: 'commit.certificate' })
  })

  test('a transaction that the block carries and the network refused', () => {
    const { chain: lie, tree: lieTree } = world.lies.refused
    expect(verifyBundle(formatBundle(lie, lieTree), world.genesis)).toMatchObject({ ok: false, part: 'transaction', sentence: expect.stringContaining('the network refused it') as string })
    const receipts = lie.block.receipts.slice()
    receipts[32] = 0
    expect(verifyBundle(formatBundle({ ...lie, block: { ...lie.block, receipts } }, lieTree), world.genesis)).toMatchObject({ part: 'block.receipts' })
  })

  test('a message that its producer did not sign, whoever let it pass', () => {
    const { chain: lie, tree: lieTree } = world.lies.unsigned
    expect(verifyBundle(formatBundle(lie, lieTree), world.genesis)).toMatchObject({ ok: false, part: 'anomaly', sentence: expect.stringContaining("the producer's signature does not verify") as string })
  })

  test('a checkpoint that fewer witnesses saw than share an honest one, that one of them saw twice, or that names one who is none', () => {
    const position = positionOf(chain)
    expect(verify({}, world.treeProof(position, { witnesses: [4, 3, 2, 1, 0] }))).toMatchObject({ ok: true, proven: { log: { witnesses: { length: 5 } } } })
    expect(verify({}, world.treeProof(position, { witnesses: [0, 1, 2] }))).toMatchObject({ part: 'audit.checkpoint', sentence: expect.stringContaining('3 witnesses, a quorum is 4 of 5') as string })
    expect(verify({}, world.treeProof(position, { witnesses: [0, 1, 2, 2] }))).toMatchObject({ part: 'audit.keys', sentence: expect.stringContaining('validator-2 is there twice') as string })
    const [log, ...rest] = tree.keys
    expect(verify({}, { keys: [{ ...log!, role: 'witness' }, ...rest] })).toMatchObject({ part: 'audit.keys' })
    expect(verify({}, { keys: [rest[0]!, ...rest] })).toMatchObject({ part: 'audit.keys' })
    expect(verify({}, { keys: [{ ...log!, identity: rest[0]!.identity }, ...rest] })).toMatchObject({ part: 'audit.keys', sentence: expect.stringContaining('no recorder') as string })
    expect(verify({}, { keys: [log!, ...rest.slice(1), rest[0]!] })).toMatchObject({ ok: false })
    expect(verify({}, { keys: tree.keys.slice(0, 4) })).toMatchObject({ part: 'audit.keys' })
  })

  test('an entry of a log whose keepers all lie, but which is not about this message in this block', () => {
    const check = (change: Parameters<World['forged']>[1], changes: Partial<ChainProof> = {}): Verification => {
      const { logEntry, tree: alone } = world.forged(chain.logEntry, change)
      return verify({ logEntry, ...changes }, alone)
    }
    const other = '1'.repeat(64)
    expect(check(() => undefined)).toMatchObject({ ok: true })
    expect(check(({ data }) => { data.placement.txId = other })).toMatchObject({ part: 'anomaly', sentence: expect.stringContaining('the log names 1111') as string })
    expect(check(({ data }) => { data.placement.txIndex = 2 })).toMatchObject({ part: 'transaction', sentence: expect.stringContaining('the log says 2') as string })
    expect(check(({ data }) => { data.placement.txIndex = 2 }, { transaction: { ...chain.transaction, index: 2 } })).toMatchObject({ part: 'transaction', sentence: expect.stringContaining('another transaction') as string })
    expect(check(({ data }) => { data.placement.blockHash = other })).toMatchObject({ part: 'block.header' })
    expect(check(({ data }) => { data.placement.height = '7' })).toMatchObject({ part: 'block.header' })
    expect(check(({ data }) => { data.view = '7' })).toMatchObject({ part: 'block.header' })
    expect(check(({ data }) => { data.blockTimestamp = '7' })).toMatchObject({ part: 'block.header' })
    // A time that no date has must not end in an exception.
    expect(check(({ data }) => { data.at = '9007199254740991' })).toMatchObject({ ok: false, part: 'logEntry' })
    const about = (id: string) => (entry: Parameters<Parameters<World['forged']>[1]>[0]): void => { entry.data.anomalyId = id; entry.stream = `anomaly-${id}` }
    expect(check(about(world.ids.first))).toMatchObject({ part: 'logEntry', sentence: expect.stringContaining(`about the anomaly ${world.ids.first}`) as string })
    // Log and bundle agree on an id that the signed message does not have.
    expect(check(about(world.ids.first), { anomaly: { ...chain.anomaly, id: world.ids.first } })).toMatchObject({ part: 'anomaly', sentence: expect.stringContaining(world.ids.second) as string })
    expect(verify({ anomaly: { ...chain.anomaly, id: world.ids.first } })).toMatchObject({ part: 'anomaly' })
  })

  test('paths of the right length that lead elsewhere', () => {
    const wrong = (path: readonly Uint8Array[]): Uint8Array[] => path.map((hash, i) => (i === 0 ? hash.map((byte) => byte ^ 1) : hash))
    expect(verify({}, { path: wrong(tree.path) })).toMatchObject({ part: 'audit.path', sentence: expect.stringContaining('does not lead') as string })
    expect(verify({ transaction: { ...chain.transaction, path: wrong(chain.transaction.path) } })).toMatchObject({ part: 'transaction', sentence: expect.stringContaining('does not lead') as string })
  })

  test('an entry of the log that the tree does not have yet', () => {
    const position = positionOf(chain)
    expect(verify({}, { ...world.treeProof(position, { size: position + 1 }) })).toMatchObject({ ok: true })
    expect(verify({}, { ...world.treeProof(position - 1, { size: position }) })).toMatchObject({ part: 'audit.path', sentence: expect.stringContaining('has none at index') as string })
  })

  test('a path of any other length than index and size allow, before its first hash', () => {
    const fewer = createRemembering()
    verify({}, {}, fewer)
    for (const path of [[], tree.path.slice(1), [...tree.path, tree.path[0]!], Array.from({ length: 64 }, () => tree.path[0]!)]) {
      const primitives = createRemembering()
      expect(verify({}, { path }, primitives)).toMatchObject({ part: 'audit.path' })
      // Genesis, the headers, the entry and its leaf.
      expect(primitives.hashes()).toBeLessThan(fewer.hashes() / 2)
    }
    expect(verify({}, { path: Array.from({ length: 65 }, () => tree.path[0]!) })).toMatchObject({ part: 'audit.path', sentence: expect.stringContaining('at most 64') as string })
    expect(verify({ transaction: { ...chain.transaction, path: [...chain.transaction.path, tree.path[0]!] } })).toMatchObject({ part: 'transaction' })
  })

  test('another event of the log in the place of the one that says COMMITTED', () => {
    const admitted = world.entries.find((bytes) => Buffer.from(bytes).includes('AnomalyAdmitted')) as Uint8Array
    expect(verify({ logEntry: admitted })).toMatchObject({ part: 'logEntry', sentence: expect.stringContaining('"AnomalyAdmitted"') as string })
    const entry = JSON.parse(Buffer.from(chain.logEntry).toString()) as { [field: string]: Json }
    const spelt = (changes: { [field: string]: Json }): Uint8Array => Buffer.from(canonicalJson({ ...entry, ...changes }))
    expect(verify({ logEntry: spelt({ version: 2 }) })).toMatchObject({ part: 'logEntry' })
    expect(verify({ logEntry: spelt({ stream: 'anomaly-other' }) })).toMatchObject({ part: 'logEntry' })
    expect(verify({ logEntry: spelt({ note: 'x' }) })).toMatchObject({ part: 'logEntry' })
  })
})
