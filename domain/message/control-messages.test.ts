import { describe, expect, test } from 'vitest'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { CommitEvent, EvidenceRequestEvent, PolicyUpdateEvent, ReputationEvent } from '../../proto/messages.js'
import { bytesEqual, bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '../bytes.js'
import { signerOf } from '../execution/testing/network.js'
import { sha256 } from '../hash.js'
import { asHeight, type BlockHash, type ProducerId, type StateRoot } from '../ids.js'
import { encodeCommitEvent, signCommitEvent } from './commit-event.js'
import { decodeEvidenceRequest, encodeEvidenceRequest, evidenceRequestSignBytes, signEvidenceRequest, validationResult, verifyEvidenceRequest } from './evidence-request.js'
import { decodePolicyUpdate, encodePolicyUpdate, MAX_RULE_BYTES, policyUpdateSignBytes, signPolicyUpdate, verifyPolicyUpdate, type PolicyUpdateDraft } from './policy-update.js'
import { decodeReputationEvent, encodeReputationEvent, reputationSignBytes, signReputationEvent, verifyReputationEvent, type ReputationDraft } from './reputation-event.js'

/** The key of the recorded vectors. */
const recorder = createSigner(Uint8Array.from({ length: 32 }, (_, i) => i))
const allowed = new Set([bytesToHex(recorder.publicKey)])
const subject = bytesToHex(signerOf('p0').publicKey) as ProducerId
const anomalyId = '3f2b8a52-6a6f-4b0e-9a52-0d8f6f0d7c11'

const refusal = validationResult({ requestId: 'r-1', about: { anomalyId }, code: 'SKEW', timestampSeconds: 1_760_595_055, blockHeight: asHeight(7) })
const fall: ReputationDraft = {
  messageId: anomalyId, subject, messageType: 'anomaly', score: 50, reason: 'HASH_MISMATCH', confirmed: false, falsePositive: false, analystNotes: '',
  incidentSeverity: 0, preventedAttack: false, timestampSeconds: 1_760_595_055, blockHeight: asHeight(7),
}
const ruleData = utf8ToBytes('{"effectiveHeight":9,"policyId":"p-1"}')
const policy: PolicyUpdateDraft = {
  policyId: 'p-1', action: 'add', ruleType: 'threshold', ruleData, requiresAck: false, rollbackOf: '', timestampSeconds: 1_760_595_055,
  effectiveHeight: asHeight(9), expirationHeight: asHeight(0),
}

/** Protobuf by hand: what the library writes is compared with what the wire's description says. */
const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))])
const number = (field: number, value: number): Uint8Array => Uint8Array.from([...varint(field * 8), ...varint(value)])
const bytes = (field: number, value: Uint8Array): Uint8Array => concatBytes(Uint8Array.from([...varint(field * 8 + 2), ...varint(value.length)]), value)
const text = (field: number, value: string): Uint8Array => bytes(field, utf8ToBytes(value))

describe('signed bytes of control messages', () => {
  const tagged = (topic: string, ...fields: readonly Uint8Array[]): Uint8Array => concatBytes(utf8ToBytes(topic), ...fields)

  test('are the name of the topic, then the fields in order of their numbers up to producer_id, zeros left out', () => {
    const evidence = tagged('control.evidence.v1', text(1, 'r-1'), text(2, anomalyId), text(4, 'validation_result'), text(9, 'SKEW'), number(10, 1),
      number(13, 1_760_595_055), number(14, 7), bytes(15, recorder.publicKey))
    const reputation = tagged('control.reputation.v1', text(1, anomalyId), bytes(2, hexToBytes(subject)), text(3, 'anomaly'), number(4, 50), text(5, 'HASH_MISMATCH'),
      number(11, 1_760_595_055), number(12, 7), bytes(13, recorder.publicKey))
    const update = tagged('control.policy.v1', text(1, 'p-1'), text(2, 'add'), text(3, 'threshold'), bytes(4, ruleData), bytes(5, sha256(ruleData)),
      number(8, 1_760_595_055), number(9, 9), bytes(11, recorder.publicKey))
    const by = { producerId: recorder.publicKey }
    expect(bytesToHex(evidenceRequestSignBytes({ ...refusal, ...by }))).toBe(bytesToHex(evidence))
    expect(bytesToHex(reputationSignBytes({ ...fall, ...by }))).toBe(bytesToHex(reputation))
    expect(bytesToHex(policyUpdateSignBytes({ ...policy, ...by }))).toBe(bytesToHex(update))
    expect(bytesToHex(signEvidenceRequest(refusal, recorder).signature)).toBe(bytesToHex(recorder.sign(evidence)))
    const envelope = (from: number, signed: Uint8Array): Uint8Array => concatBytes(bytes(from, recorder.sign(signed)), bytes(from + 1, recorder.publicKey), text(from + 2, 'Ed25519'))
    const body = update.slice('control.policy.v1'.length)
    expect(bytesToHex(encodePolicyUpdate(signPolicyUpdate(policy, recorder)))).toBe(bytesToHex(concatBytes(body, envelope(12, update))))
  })
})

describe('what the network says', () => {
  const cases = [
    { name: 'an outcome of validation', draft: refusal, form: { sign: signEvidenceRequest, encode: encodeEvidenceRequest, decode: decodeEvidenceRequest, verify: verifyEvidenceRequest }, change: { rejectionReason: 'REPLAY' } },
    { name: 'a change of standing', draft: fall, form: { sign: signReputationEvent, encode: encodeReputationEvent, decode: decodeReputationEvent, verify: verifyReputationEvent }, change: { score: 100 } },
    { name: 'a policy', draft: policy, form: { sign: signPolicyUpdate, encode: encodePolicyUpdate, decode: decodePolicyUpdate, verify: verifyPolicyUpdate }, change: { effectiveHeight: asHeight(1) } },
  ] as const
  for (const { name, draft, form, change } of cases) {
    // The forms are one type each; here they are asked the same questions.
    const { sign, encode, verify } = form as unknown as { sign(draft: object, by: typeof recorder): object; encode(message: object): Uint8Array; verify: typeof verifyPolicyUpdate }
    const check = (message: object) => verify(encode(message), allowed, verifySignature)
    test(`${name} reads back, and is refused from a stranger, changed, or with another's name on it`, () => {
      const message = sign(draft, recorder)
      expect(check(message)).toEqual({ ok: true, message })
      expect(check(sign(draft, signerOf('stranger')))).toMatchObject({ ok: false, code: 'UNKNOWN_PRODUCER', field: 'pubkey' })
      expect(check({ ...message, producerId: signerOf('stranger').publicKey })).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'producer_id' })
      expect(check({ ...message, ...change })).toMatchObject({ code: 'INVALID_SIGNATURE' })
      expect(verify(concatBytes(encode(message), number(99, 1)), allowed, verifySignature)).toMatchObject({ code: 'MALFORMED', field: 'message' })
    })
  }

  test('is malformed with the field named', () => {
    const evidence = EvidenceRequestEvent.decode(encodeEvidenceRequest(signEvidenceRequest(refusal, recorder)))
    const reputation = ReputationEvent.decode(encodeReputationEvent(signReputationEvent(fall, recorder)))
    const update = PolicyUpdateEvent.decode(encodePolicyUpdate(signPolicyUpdate(policy, recorder)))
    const bad = (read: (bytes: Uint8Array) => object, codec: { encode(fields: object): { finish(): Uint8Array } }, wire: object) =>
      (field: string, change: object): void => expect(read(new Uint8Array(codec.encode({ ...wire, ...change }).finish()))).toMatchObject({ ok: false, code: 'MALFORMED', field })
    const badEvidence = bad(decodeEvidenceRequest, EvidenceRequestEvent, evidence)
    badEvidence('request_type', { requestType: 'nonsense' })
    badEvidence('request_id', { requestId: '' })
    badEvidence('evidence_quality_score', { evidenceQualityScore: 11 })
    badEvidence('evidence_quality_score', { evidenceQualityScore: 0 })
    badEvidence('alg', { alg: 'none' })
    const badReputation = bad(decodeReputationEvent, ReputationEvent, reputation)
    badReputation('score', { score: 101 })
    badReputation('false_positive', { confirmed: true, falsePositive: true })
    badReputation('ai_producer_id', { aiProducerId: new Uint8Array(31) })
    badReputation('incident_severity', { incidentSeverity: 11 })
    const badPolicy = bad(decodePolicyUpdate, PolicyUpdateEvent, update)
    badPolicy('rule_hash', { ruleHash: new Uint8Array(32) })
    badPolicy('rule_data', { ruleData: new Uint8Array(MAX_RULE_BYTES + 1) })
    badPolicy('policy_id', { policyId: '' })
    badPolicy('effective_height', { effectiveHeight: -1 })
  })
})

/**
 * The checks of the original's consumers, from its description: Ed25519 by name, sizes of key and signature, ranges,
 * the hash of a rule, and the signature over topic ‖ the message without signature, pubkey and alg.
 */
function originalAccepts(topic: string, codec: { decode(bytes: Uint8Array): object; encode(fields: object): { finish(): Uint8Array } }, wire: Uint8Array): boolean {
  const { signature, pubkey, alg, ...body } = { ...codec.decode(wire) } as Record<string, unknown> & { signature: Uint8Array; pubkey: Uint8Array; alg: string }
  if (alg !== 'Ed25519' || pubkey.length !== 32 || signature.length !== 64) return false
  const quality = body['evidenceQualityScore'] as number | undefined
  if (topic === 'control.evidence.v1' && (quality === undefined || quality < 1 || quality > 10)) return false
  const score = (body['score'] as number | undefined) ?? 0
  if (topic === 'control.reputation.v1' && ((body['aiProducerId'] as Uint8Array).length !== 32 || score < -100 || score > 100)) return false
  if (topic === 'control.policy.v1') {
    const data = body['ruleData'] as Uint8Array
    JSON.parse(new TextDecoder().decode(data))
    if (!bytesEqual(body['ruleHash'] as Uint8Array, sha256(data))) return false
  }
  return verifySignature(pubkey, concatBytes(utf8ToBytes(topic), codec.encode(body).finish()), signature)
}

describe("the original's consumers", () => {
  test('accept all four, and would not accept a changed one', () => {
    const commit = signCommitEvent({
      height: asHeight(7), blockHash: '11'.repeat(32) as BlockHash, stateRoot: '22'.repeat(32) as StateRoot, txCount: 1, anomalyCount: 1, evidenceCount: 0,
      policyCount: 0, timestampSeconds: 1, anomalyIds: [anomalyId as never],
    }, recorder)
    const accepted = validationResult({ requestId: 'r-2', about: { evidenceId: 'e-1' }, code: undefined, timestampSeconds: 1, blockHeight: asHeight(0) })
    const all: [string, Parameters<typeof originalAccepts>[1], Uint8Array][] = [
      ['control.commits.v1', CommitEvent, encodeCommitEvent(commit)],
      ['control.evidence.v1', EvidenceRequestEvent, encodeEvidenceRequest(signEvidenceRequest(refusal, recorder))],
      ['control.evidence.v1', EvidenceRequestEvent, encodeEvidenceRequest(signEvidenceRequest(accepted, recorder))],
      ['control.reputation.v1', ReputationEvent, encodeReputationEvent(signReputationEvent(fall, recorder))],
      ['control.policy.v1', PolicyUpdateEvent, encodePolicyUpdate(signPolicyUpdate(policy, recorder))],
    ]
    expect(all.map(([topic, codec, wire]) => originalAccepts(topic, codec, wire))).toEqual(all.map(() => true))
    expect(originalAccepts('control.commits.v1', CommitEvent, encodeCommitEvent({ ...commit, txCount: 2 }))).toBe(false)
  })
})
