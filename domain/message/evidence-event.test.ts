import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EvidenceEvent } from '../../proto/messages.js'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '../bytes.js'
import { evidenceOf } from '../execution/testing/reports.js'
import { decodeEvidenceMessage, encodeEvidenceMessage, MAX_PROOF_BYTES, type EvidenceMessage } from './evidence-event.js'
import { evidenceMessageSignBytes } from './sign-evidence.js'

const vectors = JSON.parse(readFileSync(new URL('../../test/fixtures/vectors/original-messages.json', import.meta.url), 'utf8'))
const message = evidenceOf(1, { refs: [new Uint8Array(32).fill(7)] })
const wireOf = (changes: Partial<EvidenceMessage>) => decodeEvidenceMessage(encodeEvidenceMessage({ ...message, ...changes }))
const [entry] = message.custody as [EvidenceMessage['custody'][number]]

describe('an evidence message', () => {
  test('is read, signed and written byte for byte as the original does', () => {
    const signer = createSigner(hexToBytes(vectors.anomaly.seed))
    const decoded = decodeEvidenceMessage(hexToBytes(vectors.evidence.wire))
    if (!decoded.ok) throw new Error(`${decoded.field} ${decoded.reason}`)
    const { message: original } = decoded
    expect(original).toMatchObject({ evidenceType: 'ml_detection', tsSeconds: vectors.anomaly.ts, alg: 'Ed25519' })
    expect(bytesToHex(original.contentHash)).toBe(vectors.evidence.content_hash)
    expect(original.refs.map(bytesToHex)).toEqual([vectors.anomaly.content_hash])
    expect(bytesToHex(signer.sign(evidenceMessageSignBytes(original, 'v1')))).toBe(vectors.evidence.signature)
    expect(bytesToHex(encodeEvidenceMessage(original))).toBe(vectors.evidence.wire)
  })

  test('comes back as it was written, and is signed under either scheme', () => {
    for (const scheme of ['v1', 'v2'] as const) {
      const signed = evidenceOf(2, {}, 'p0', scheme)
      expect(decodeEvidenceMessage(encodeEvidenceMessage(signed))).toEqual({ ok: true, message: signed })
      expect(verifySignature(signed.pubkey, evidenceMessageSignBytes(signed, scheme), signed.signature)).toBe(true)
    }
  })

  test.each<[string, Partial<EvidenceMessage>]>([
    ['id', { id: 'x' as EvidenceMessage['id'] }], ['evidence_type', { evidenceType: '' }], ['evidence_type', { evidenceType: 'x'.repeat(257) }],
    ['refs', { refs: Array.from({ length: 1001 }, () => new Uint8Array(32)) }], ['refs[1]', { refs: [new Uint8Array(32), new Uint8Array(31)] }],
    ['proof_blob', { proofBlob: new Uint8Array(MAX_PROOF_BYTES + 1) }],
    ['chain_of_custody', { custody: [] }], ['chain_of_custody', { custody: Array.from({ length: 65 }, () => entry) }],
    ['chain_of_custody[0].ref_hash', { custody: [{ ...entry, refHash: new Uint8Array(31) }] }], ['chain_of_custody[1].actor_id', { custody: [entry, { ...entry, actorId: new Uint8Array(0) }] }],
    ['chain_of_custody[0].signature', { custody: [{ ...entry, signature: new Uint8Array(63) }] }], ['chain_of_custody[0].ts', { custody: [{ ...entry, tsSeconds: -1 }] }],
    ['ts', { tsSeconds: -1 }], ['content_hash', { contentHash: new Uint8Array(0) }], ['producer_id', { producerId: new Uint8Array(31) }],
    ['nonce', { nonce: new Uint8Array(15) }], ['signature', { signature: new Uint8Array(1) }], ['pubkey', { pubkey: new Uint8Array(33) }], ['alg', { alg: 'RSA' as 'Ed25519' }],
  ])('with a wrong %s is malformed, and says so', (field, changes) => {
    expect(wireOf(changes)).toMatchObject({ ok: false, code: 'MALFORMED', field })
  })

  test('may be as large as the limits', () => {
    const refs = Array.from({ length: 1000 }, () => new Uint8Array(32))
    expect(wireOf({ refs, proofBlob: new Uint8Array(MAX_PROOF_BYTES), custody: Array.from({ length: 64 }, () => entry) })).toMatchObject({ ok: true })
  })

  test('has one encoding', () => {
    const bytes = encodeEvidenceMessage(message)
    expect(decodeEvidenceMessage(concatBytes(bytes, Uint8Array.of(0x98, 0x06, 0x01)))).toMatchObject({ ok: false, field: 'message' })
    expect(decodeEvidenceMessage(concatBytes(bytes, EvidenceEvent.encode({ id: message.id }).finish()))).toMatchObject({ ok: false, field: 'message' })
    expect(decodeEvidenceMessage(utf8ToBytes('{"id":1}'))).toMatchObject({ ok: false, field: 'message' })
  })

  test('of any bytes is an answer, never an exception', () => {
    const bytes = encodeEvidenceMessage(message)
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      expect(decodeEvidenceMessage(bytes.map((byte, i) => (i === at ? value : byte)))).toHaveProperty('ok')
    }))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => { expect(decodeEvidenceMessage(noise)).toHaveProperty('ok') }))
  })
})
