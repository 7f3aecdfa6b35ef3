import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AnomalyEvent } from '../../proto/messages.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { concatBytes, utf8ToBytes } from '../bytes.js'
import { asMillis, type AnomalyId } from '../ids.js'
import { BLOCK_TIME, draftOf, genesis, messageOf, signerOf } from '../execution/testing/network.js'
import { createTransaction } from '../transaction.js'
import { decodeAnomaly, encodeAnomaly, type AnomalyMessage } from './anomaly.js'
import { checkAnomaly, checkAnomalyOf, checkUnsignedOf, rulesOf, signatureClaimOf, type AnomalyCheck } from './check-anomaly.js'
import { anomalySignBytes, signAnomaly, type AnomalyDraft, type SignScheme } from './sign-anomaly.js'

const rules = rulesOf(genesis)
const check = (bytes: Uint8Array, at = BLOCK_TIME): AnomalyCheck => checkAnomaly(bytes, at, rules, verifySignature)
const signed = (changes: Partial<AnomalyDraft> = {}, producer = 'p0', scheme: SignScheme = 'v2'): AnomalyMessage =>
  signAnomaly(draftOf(1, changes), signerOf(producer), scheme)
const resigned = (message: AnomalyMessage): AnomalyMessage =>
  ({ ...message, signature: signerOf('p0').sign(anomalySignBytes(message, 'v2')) })
const json = (value: unknown) => utf8ToBytes(JSON.stringify(value))

describe('an anomaly at the door', () => {
  test('is accepted under each scheme that genesis allows its producer', () => {
    expect(check(messageOf(1, {}, 'p0', 'v1'))).toMatchObject({ ok: true, scheme: 'v1' })
    expect(check(messageOf(1, {}, 'p0', 'v2'))).toMatchObject({ ok: true, scheme: 'v2' })
    expect(check(messageOf(1, {}, 'p1', 'v2'))).toMatchObject({ ok: true, scheme: 'v2' })
    expect(check(messageOf(1, {}, 'p1', 'v1'))).toMatchObject({ ok: false, code: 'INVALID_SIGNATURE', field: 'alg', authentic: false })
  })

  test('is refused by size before anything is parsed', () => {
    expect(check(new Uint8Array(1024 * 1024 + 1))).toMatchObject({ code: 'TOO_LARGE', field: 'message', authentic: false })
    const padding = 'x'.repeat(256 * 1024)
    const large = check(encodeAnomaly(signed({ payload: json({ severity: 7, confidence: 0.5, padding }) })))
    expect(large).toMatchObject({ code: 'TOO_LARGE', field: 'payload', authentic: false })
  })

  test('is refused when its producer is a stranger, or speaks with another key', () => {
    expect(check(messageOf(1, {}, 'stranger'))).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'producer_id' })
    const message = signed()
    const borrowed = { ...message, pubkey: signerOf('p1').publicKey }
    const stolen = { ...borrowed, signature: signerOf('p1').sign(anomalySignBytes(borrowed, 'v2')) }
    expect(check(encodeAnomaly(stolen))).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'pubkey', authentic: false })
  })

  test('is refused when the signature is not the producer’s', () => {
    const message = signed()
    expect(check(encodeAnomaly({ ...message, signature: new Uint8Array(64) }))).toMatchObject({ code: 'INVALID_SIGNATURE', field: 'signature', authentic: false })
    const relabelled = { ...signed({}, 'p0', 'v1'), alg: 'Ed25519-v2' as const }
    expect(check(encodeAnomaly(relabelled))).toMatchObject({ code: 'INVALID_SIGNATURE', field: 'signature' })
    expect(check(encodeAnomaly({ ...message, alg: 'Ed25519' }))).toMatchObject({ code: 'INVALID_SIGNATURE', field: 'signature' })
  })

  test('scheme v2 covers every field', () => {
    const message = signed()
    const changes: Partial<AnomalyMessage>[] = [
      { id: '00000000-0000-4000-8000-ffffffffffff' as AnomalyId }, { type: 'scan' }, { source: 'elsewhere' }, { severity: 8 }, { confidence: 0.6 },
      { tsSeconds: message.tsSeconds + 1 }, { contentHash: new Uint8Array(32) }, { payload: json({}) }, { modelVersion: 'v9' }, { nonce: new Uint8Array(16).fill(9) },
    ]
    for (const change of changes) expect(check(encodeAnomaly({ ...message, ...change })), Object.keys(change)[0]).toMatchObject({ code: 'INVALID_SIGNATURE' })
  })

  test('scheme v1 leaves id, type, source and model version open, as the original does', () => {
    const message = signed({}, 'p0', 'v1')
    for (const change of [{ type: 'scan' }, { source: 'elsewhere' }, { modelVersion: 'v9' }]) expect(check(encodeAnomaly({ ...message, ...change })).ok).toBe(true)
  })

  test('signed by its producer yet wrong, it is refused and the refusal is attributable', () => {
    const wrongHash = resigned({ ...signed(), contentHash: new Uint8Array(32) })
    expect(check(encodeAnomaly(wrongHash))).toMatchObject({ code: 'HASH_MISMATCH', field: 'content_hash', authentic: true })
    const faults: [Uint8Array, string][] = [
      [json({ severity: 6, confidence: 0.5 }), 'payload.severity'], [json({ severity: 7.5, confidence: 0.5 }), 'payload.severity'],
      [json({ severity: '7', confidence: 0.5 }), 'payload.severity'], [json({ severity: 7, confidence: 0.500002 }), 'payload.confidence'],
      [json({ severity: 7 }), 'payload.confidence'], [json([7]), 'payload'], [json(null), 'payload'], [utf8ToBytes('{"severity":7,'), 'payload'],
      [Uint8Array.of(0xff), 'payload'], [utf8ToBytes('['.repeat(200_000)), 'payload'],
    ]
    for (const [payload, field] of faults) expect(check(encodeAnomaly(signed({ payload })))).toMatchObject({ code: 'MALFORMED', field, authentic: true })
    expect(check(encodeAnomaly(signed({ payload: json({ severity: 7, confidence: 0.5000005 }) }))).ok).toBe(true)
  })

  test('may be five minutes from the reference time and no millisecond more', () => {
    const bytes = messageOf(1)
    for (const [offsetMs, ok] of [[300_000, true], [-300_000, true], [300_001, false], [-300_001, false]] as const) {
      expect(check(bytes, asMillis(BLOCK_TIME + offsetMs)).ok).toBe(ok)
    }
    expect(check(bytes, asMillis(0))).toMatchObject({ code: 'SKEW', field: 'ts', authentic: true })
  })

  test('execution repeats every check but the signature', () => {
    const forged = encodeAnomaly({ ...signed(), signature: new Uint8Array(64) })
    expect(checkUnsignedOf(createTransaction('event', forged), BLOCK_TIME, rules)).toMatchObject({ ok: true })
    expect(checkUnsignedOf(createTransaction('event', forged), asMillis(0), rules)).toMatchObject({ code: 'SKEW', authentic: false })
  })
})

describe('reading an anomaly', () => {
  const good = messageOf(1)
  const wire = AnomalyEvent.decode(good)
  const withFields = (fields: object) => decodeAnomaly(new Uint8Array(AnomalyEvent.encode({ ...wire, ...fields }).finish()))

  test('any message survives the round trip and keeps no view of the input', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(fc.property(text, text, fc.integer({ min: 0, max: 10 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), fc.uint8Array({ maxLength: 40 }), fc.constantFrom('v1', 'v2'),
      (type, source, severity, confidence, tsSeconds, payload, scheme) => {
        const message = signAnomaly({ ...draftOf(1), type: `t${type}`, source, severity, confidence, tsSeconds, payload }, signerOf('p0'), scheme as SignScheme)
        const bytes = encodeAnomaly(message)
        const input = bytes.slice()
        const decoded = decodeAnomaly(input)
        input.fill(0)
        expect(decoded).toEqual({ ok: true, message })
        if (decoded.ok) expect(encodeAnomaly(decoded.message)).toEqual(bytes)
      }), { numRuns: 60 })
  })

  test('a wrong field is named', () => {
    const cases: [string, object][] = [
      ['id', { id: '00000000-0000-4000-8000-00000000000A' }], ['id', { id: 'x' }], ['type', { type: '' }], ['type', { type: 'x'.repeat(257) }],
      ['source', { source: 'ü'.repeat(129) }], ['severity', { severity: 11 }], ['confidence', { confidence: 1.01 }], ['confidence', { confidence: Number.NaN }],
      ['ts', { ts: -1 }], ['model_version', { modelVersion: 'x'.repeat(257) }], ['content_hash', { contentHash: new Uint8Array(31) }],
      ['producer_id', { producerId: new Uint8Array(33) }], ['nonce', { nonce: new Uint8Array(15) }], ['signature', { signature: new Uint8Array(63) }],
      ['pubkey', { pubkey: new Uint8Array(0) }], ['alg', { alg: 'ed25519' }], ['payload', { payload: new Uint8Array(512 * 1024 + 1) }],
    ]
    for (const [field, change] of cases) expect(withFields(change)).toMatchObject({ ok: false, code: 'MALFORMED', field })
    expect(withFields({ source: 'ü'.repeat(128) }).ok).toBe(true)
  })

  test('a 64-bit time beyond 2^53 is malformed, not rounded', () => {
    for (const bits of [[1, 0x0020_0000], [0, 0x0020_0000], [-1, 0x7fff_ffff], [-1, -1]]) {
      const ts = { low: bits[0], high: bits[1], unsigned: false }
      expect(withFields({ ts })).toMatchObject({ ok: false, field: 'ts' })
    }
  })

  test('only the canonical encoding is accepted', () => {
    const tagged = (field: number, wireType: number, ...rest: number[]) => Uint8Array.of((field << 3) | wireType, ...rest)
    expect(decodeAnomaly(concatBytes(good, tagged(15, 0, 1)))).toMatchObject({ ok: false, field: 'message' })
    expect(decodeAnomaly(concatBytes(good, tagged(4, 0, 7)))).toMatchObject({ ok: false, field: 'message' })
    expect(decodeAnomaly(concatBytes(good, good))).toMatchObject({ ok: false })
    const explicitZero = concatBytes(good, tagged(4, 0, 0))
    expect(decodeAnomaly(explicitZero)).toMatchObject({ ok: false })
    const at = good.findIndex((byte, i) => byte === 0x20 && good[i + 1] === 7)
    const longVarint = concatBytes(good.slice(0, at + 1), Uint8Array.of(0x87, 0), good.slice(at + 2))
    expect(decodeAnomaly(longVarint)).toMatchObject({ ok: false, field: 'message' })
  })

  test('no input throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void check(bytes)), { numRuns: 300 })
    fc.assert(fc.property(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, xor) => {
      const bytes = good.slice()
      bytes[at]! ^= xor
      expect(check(bytes).ok).toBe(false)
    }), { numRuns: 300 })
  })
})

describe('a transaction that is checked again', () => {
  const counting = (answer: boolean) => {
    const verify = () => { verify.calls += 1; return answer }
    verify.calls = 0
    return verify
  }

  test('is asked its time and its producer each time, and its signature once a verifier', () => {
    const tx = createTransaction('event', messageOf(1))
    const verify = counting(true)
    expect(checkAnomalyOf(tx, BLOCK_TIME, rules, verify)).toMatchObject({ ok: true })
    expect(checkAnomalyOf(tx, asMillis(0), rules, verify)).toMatchObject({ code: 'SKEW', authentic: true })
    expect(checkAnomalyOf(tx, BLOCK_TIME, { ...rules, producers: new Map() }, verify)).toMatchObject({ code: 'UNKNOWN_PRODUCER' })
    expect(verify.calls).toBe(1)
    expect(checkAnomalyOf(tx, BLOCK_TIME, rules, counting(false))).toMatchObject({ code: 'INVALID_SIGNATURE' })
    expect(checkAnomalyOf(createTransaction('event', tx.bytes), BLOCK_TIME, rules, verify)).toMatchObject({ ok: true })
    expect(verify.calls).toBe(2)
  })

  test('stays refused for as long as its signature does not verify', () => {
    const tx = createTransaction('event', messageOf(1))
    const refuse = counting(false)
    for (let i = 0; i < 2; i++) expect(checkAnomalyOf(tx, BLOCK_TIME, rules, refuse)).toMatchObject({ code: 'INVALID_SIGNATURE' })
    expect(refuse.calls).toBe(2)
  })

  test('says whose signature over what it carries, until it was accepted, and nothing where it cannot be read', () => {
    const tx = createTransaction('event', messageOf(1))
    const claim = signatureClaimOf(tx, verifySignature)
    expect(claim && verifySignature(claim.publicKey, claim.message, claim.signature)).toBe(true)
    checkAnomalyOf(tx, BLOCK_TIME, rules, verifySignature)
    expect(signatureClaimOf(tx, verifySignature)).toBeUndefined()
    expect(signatureClaimOf(tx, counting(true))).toEqual(claim)
    expect(signatureClaimOf(createTransaction('event', utf8ToBytes('nonsense')), verifySignature)).toBeUndefined()
  })
})
