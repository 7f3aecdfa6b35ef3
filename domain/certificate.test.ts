import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { verifySignature } from '../platform/crypto/ed25519.js'
import { genesisBlock, genesisQc } from './block.js'
import { ByteWriter, bytesToHex, DecodeError } from './bytes.js'
import {
  decodeQc, decodeTc, encodeQc, encodeTc, timeoutSignBytes, voteSignBytes, type QuorumCertificate, type TimeoutCertificate, type VoteData,
} from './certificate.js'
import { genesis, signerOf } from './execution/testing/network.js'
import { validatorSetOf } from './genesis.js'
import { asEpoch, asHeight, asView, type BlockHash, type ChainId, type StateRoot, type View } from './ids.js'
import { verifyQc, verifyTc } from './verify-certificate.js'

const set = validatorSetOf(genesis)
const root = genesisBlock(set.chainId, '00'.repeat(32) as StateRoot)
const signers = ['v0', 'v1', 'v2', 'v3', 'v4'].map(signerOf)
const hash = (digit: string) => digit.repeat(64) as BlockHash

const data: VoteData = {
  epoch: asEpoch(0), view: asView(8), height: asHeight(5), blockHash: hash('b'), parentView: asView(7), commit: { hash: hash('a'), height: asHeight(4) },
}
const sign = (signed: VoteData, indices: readonly number[]): QuorumCertificate =>
  ({ data: signed, signatures: indices.map((index) => ({ index, signature: signers[index]!.sign(voteSignBytes(set.chainId, signed)) })) })
const qc = sign(data, [0, 2, 3, 4])

const timeout = (view: View, highQc: QuorumCertificate, entries: readonly (readonly [number, number])[]): TimeoutCertificate => ({
  epoch: asEpoch(0), view, highQc,
  signatures: entries.map(([index, at]) => ({ index, highQcView: asView(at), signature: signers[index]!.sign(timeoutSignBytes(set.chainId, asEpoch(0), view, asView(at))) })),
})
const tc = timeout(asView(10), qc, [[0, 8], [1, 3], [2, 8], [4, 0]])

const checkQc = (changed: QuorumCertificate) => verifyQc(changed, set, root.hash, verifySignature)
const checkTc = (changed: TimeoutCertificate) => verifyTc(changed, set, root.hash, verifySignature)
const withData = (changes: Partial<VoteData>) => checkQc(sign({ ...data, ...changes }, [0, 2, 3, 4]))

describe('certificate encodings', () => {
  const view = fc.nat({ max: Number.MAX_SAFE_INTEGER }).map(asView)
  const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes) as BlockHash)
  const voteData: fc.Arbitrary<VoteData> = fc.record({
    epoch: view.map(asEpoch), view, height: view.map(asHeight), blockHash: hex, parentView: view,
    commit: fc.option(fc.record({ hash: hex.filter((h) => !/^0+$/.test(h)), height: view.map(asHeight) }), { nil: undefined }),
  })
  const indices = fc.uniqueArray(fc.nat({ max: 255 }), { maxLength: 8 }).map((list) => list.sort((a, b) => a - b))
  const signature = fc.uint8Array({ minLength: 64, maxLength: 64 })
  const anyQc: fc.Arbitrary<QuorumCertificate> = fc.tuple(voteData, indices, signature).map(([d, list, s]) => ({ data: d, signatures: list.map((index) => ({ index, signature: s })) }))

  test('round trip, and every proper prefix or extension is refused', () => {
    fc.assert(fc.property(anyQc, indices, signature, view, (anyOne, list, s, at) => {
      const bytes = encodeQc(anyOne)
      expect(decodeQc(bytes)).toEqual(anyOne)
      expect(() => decodeQc(bytes.slice(0, -1))).toThrow(DecodeError)
      expect(() => decodeQc(new Uint8Array([...bytes, 0]))).toThrow(DecodeError)
      const anyTc: TimeoutCertificate = { epoch: asEpoch(0), view: at, highQc: anyOne, signatures: list.map((index) => ({ index, signature: s, highQcView: at })) }
      expect(decodeTc(encodeTc(anyTc))).toEqual(anyTc)
      expect(() => decodeTc(new Uint8Array([...encodeTc(anyTc), 0]))).toThrow(DecodeError)
    }), { numRuns: 60 })
  })

  test('a signer twice or out of order is refused', () => {
    const [first, second] = [qc.signatures[0]!, qc.signatures[1]!]
    for (const signatures of [[first, first], [second, first]]) {
      expect(() => decodeQc(encodeQc({ data, signatures }))).toThrow(/rising order/)
      const entries = signatures.map((entry) => ({ ...entry, highQcView: asView(1) }))
      expect(() => decodeTc(encodeTc({ ...tc, signatures: entries }))).toThrow(/rising order/)
    }
  })

  test('a commit height without a commit hash, and a list longer than the input, are refused', () => {
    const bytes = encodeQc(sign({ ...data, commit: undefined }, []))
    bytes[bytes.length - 5] = 1
    expect(() => decodeQc(bytes)).toThrow(/commitHeight/)
    const bomb = new ByteWriter().raw(encodeQc({ data, signatures: [] }).slice(0, -4)).u32(0xffff_ffff).finish()
    expect(() => decodeQc(bomb)).toThrow(/limit/)
  })

  test('votes for different blocks, views, chains or commits never sign the same bytes', () => {
    const bytes = bytesToHex(voteSignBytes(set.chainId, data))
    const others: VoteData[] = [
      { ...data, view: asView(9) }, { ...data, height: asHeight(6) }, { ...data, blockHash: hash('c') }, { ...data, parentView: asView(6) },
      { ...data, epoch: asEpoch(1) }, { ...data, commit: undefined }, { ...data, commit: { hash: hash('a'), height: asHeight(3) } },
    ]
    for (const other of others) expect(bytesToHex(voteSignBytes(set.chainId, other))).not.toBe(bytes)
    expect(bytesToHex(voteSignBytes('cd'.repeat(32) as ChainId, data))).not.toBe(bytes)
  })
})

describe('verifying a quorum certificate', () => {
  test('four of five distinct signers certify, three do not', () => {
    expect(checkQc(qc)).toEqual({ ok: true })
    expect(checkQc(sign(data, [0, 1, 2, 3, 4]))).toEqual({ ok: true })
    expect(checkQc(sign(data, [0, 1, 2]))).toEqual({ ok: false, fault: 'too-few-signers' })
  })

  test('each fault has its name', () => {
    const [a, b, c, d] = qc.signatures as [QuorumCertificate['signatures'][0], QuorumCertificate['signatures'][0], QuorumCertificate['signatures'][0], QuorumCertificate['signatures'][0]]
    expect(withData({ epoch: asEpoch(1) })).toMatchObject({ fault: 'wrong-epoch' })
    expect(checkQc({ data, signatures: [a, b, c, { ...d, index: 5 }] })).toMatchObject({ fault: 'unknown-signer' })
    expect(checkQc({ data, signatures: [a, a, b, c] })).toMatchObject({ fault: 'signer-twice' })
    expect(checkQc({ data, signatures: [a, b, c, { ...d, signature: c.signature }] })).toMatchObject({ fault: 'bad-signature' })
    expect(checkQc({ data, signatures: [a, b, c, { ...d, index: 1 }] })).toMatchObject({ fault: 'bad-signature' })
    expect(checkQc({ data: { ...data, blockHash: hash('c') }, signatures: qc.signatures })).toMatchObject({ fault: 'bad-signature' })
  })

  test('the commit it claims must follow from its views, even when a quorum signed it', () => {
    expect(withData({ commit: undefined })).toMatchObject({ fault: 'inconsistent-commit' })
    expect(withData({ parentView: asView(6) })).toMatchObject({ fault: 'inconsistent-commit' })
    expect(withData({ parentView: asView(6), commit: undefined })).toEqual({ ok: true })
    expect(withData({ parentView: asView(8), commit: undefined })).toMatchObject({ fault: 'inconsistent-commit' })
    expect(withData({ commit: { hash: hash('a'), height: asHeight(3) } })).toMatchObject({ fault: 'inconsistent-commit' })
  })

  test('the unsigned genesis certificate says genesis and nothing more', () => {
    const empty = genesisQc(root)
    expect(checkQc(empty)).toEqual({ ok: true })
    const lies: Partial<VoteData>[] = [
      { blockHash: hash('b') }, { height: asHeight(1) }, { commit: { hash: hash('e'), height: asHeight(9) } }, { parentView: asView(3) },
    ]
    for (const lie of lies) expect(checkQc({ ...empty, data: { ...empty.data, ...lie } }), JSON.stringify(lie)).toMatchObject({ fault: 'not-genesis' })
    expect(checkQc({ ...empty, signatures: qc.signatures })).toMatchObject({ fault: 'not-genesis' })
  })
})

describe('verifying a timeout certificate', () => {
  test('carries the highest certificate its signers know', () => {
    expect(checkTc(tc)).toEqual({ ok: true })
    expect(checkTc(timeout(asView(1), genesisQc(root), [[0, 0], [1, 0], [2, 0], [3, 0]]))).toEqual({ ok: true })
  })

  test('each fault has its name', () => {
    expect(checkTc({ ...tc, epoch: asEpoch(1) })).toMatchObject({ fault: 'wrong-epoch' })
    expect(checkTc(timeout(asView(10), qc, [[0, 8], [1, 3], [2, 8]]))).toMatchObject({ fault: 'too-few-signers' })
    expect(checkTc(timeout(asView(10), qc, [[0, 9], [1, 3], [2, 8], [3, 0]]))).toMatchObject({ fault: 'high-qc-not-highest' })
    expect(checkTc(timeout(asView(10), qc, [[0, 7], [1, 3], [2, 7], [3, 0]]))).toMatchObject({ fault: 'high-qc-not-highest' })
    expect(checkTc(timeout(asView(8), qc, [[0, 8], [1, 3], [2, 8], [3, 0]]))).toMatchObject({ fault: 'high-qc-too-new' })
    expect(checkTc(timeout(asView(10), sign(data, [0, 1, 2]), [[0, 8], [1, 3], [2, 8], [3, 0]]))).toMatchObject({ fault: 'bad-high-qc' })
    const [first, ...rest] = tc.signatures
    expect(checkTc({ ...tc, signatures: [{ ...first!, highQcView: asView(7) }, ...rest] })).toMatchObject({ fault: 'bad-signature' })
    expect(checkTc({ ...tc, view: asView(11) })).toMatchObject({ fault: 'bad-signature' })
    expect(checkTc({ ...tc, signatures: [first!, first!, ...rest.slice(1)] })).toMatchObject({ fault: 'signer-twice' })
  })
})
