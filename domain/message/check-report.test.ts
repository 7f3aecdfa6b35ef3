import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { utf8ToBytes } from '../bytes.js'
import { custodySignBytes, linkRef } from '../custody/chain.js'
import { handOver } from '../custody/hand-over.js'
import { BLOCK_SECONDS, BLOCK_TIME, signerOf } from '../execution/testing/network.js'
import { anomalyIdOf, evidenceOf, judgedGenesis as genesis, reportTx, verdictOf } from '../execution/testing/reports.js'
import { sha256 } from '../hash.js'
import { asMillis } from '../ids.js'
import { anomalyRef } from './anomaly-ref.js'
import { rulesOf } from './check-anomaly.js'
import { checkReport, checkReportOf, checkUnsignedReportOf, type ReportCheck } from './check-report.js'
import { encodeEvidenceMessage, type EvidenceMessage } from './evidence-event.js'
import { evidenceMessageSignBytes } from './sign-evidence.js'

const rules = rulesOf(genesis)
const check = (message: EvidenceMessage, at = BLOCK_TIME): ReportCheck => checkReport(encodeEvidenceMessage(message), at, rules, verifySignature)
const resigned = (message: EvidenceMessage, by: string): EvidenceMessage => ({ ...message, signature: signerOf(by).sign(evidenceMessageSignBytes(message, 'v2')) })

describe('evidence at the door', () => {
  test('comes from producers under the schemes of genesis, and from analysts', () => {
    expect(check(evidenceOf(1))).toMatchObject({ ok: true, scheme: 'v2', verdict: undefined })
    expect(check(evidenceOf(1, {}, 'p0', 'v1'))).toMatchObject({ ok: true, scheme: 'v1' })
    expect(check(evidenceOf(1, {}, 'p1', 'v1'))).toMatchObject({ code: 'INVALID_SIGNATURE', field: 'alg' })
    expect(check(evidenceOf(1, {}, 'a0'))).toMatchObject({ ok: true })
    expect(check(evidenceOf(1, {}, 'a0', 'v1'))).toMatchObject({ code: 'INVALID_SIGNATURE', field: 'alg' })
    for (const stranger of ['stranger', 'r0', 'v0']) expect(check(evidenceOf(1, {}, stranger))).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'producer_id', authentic: false })
  })

  test('is signed by the key that it names, over every field', () => {
    const message = evidenceOf(1)
    const borrowed = { ...message, pubkey: signerOf('p1').publicKey }
    expect(check(resigned(borrowed, 'p1'))).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'pubkey' })
    const changes: Partial<EvidenceMessage>[] = [
      { id: anomalyIdOf(9) }, { evidenceType: 'log' }, { refs: [new Uint8Array(32)] }, { proofBlob: utf8ToBytes('other') }, { custody: [...message.custody, ...message.custody] },
      { tsSeconds: message.tsSeconds + 1 }, { contentHash: new Uint8Array(32) }, { nonce: new Uint8Array(16).fill(9) }, { signature: new Uint8Array(64) }, { alg: 'Ed25519' },
    ]
    for (const change of changes) expect(check({ ...message, ...change }), Object.keys(change)[0]).toMatchObject({ code: 'INVALID_SIGNATURE', field: 'signature', authentic: false })
  })

  test('keeps to size, content hash and time', () => {
    expect(checkReport(new Uint8Array(1024 * 1024 + 1), BLOCK_TIME, rules, verifySignature)).toMatchObject({ code: 'TOO_LARGE', field: 'message' })
    expect(check(resigned({ ...evidenceOf(1), contentHash: new Uint8Array(32) }, 'p0'))).toMatchObject({ code: 'HASH_MISMATCH', field: 'content_hash', authentic: true })
    const edge = genesis.limits.skewMs
    expect(check(evidenceOf(1), asMillis(BLOCK_SECONDS * 1000 + edge))).toMatchObject({ ok: true })
    expect(check(evidenceOf(1), asMillis(BLOCK_SECONDS * 1000 + edge + 1))).toMatchObject({ code: 'SKEW', field: 'ts', authentic: true })
    expect(checkReport(utf8ToBytes('{}'), BLOCK_TIME, rules, verifySignature)).toMatchObject({ code: 'MALFORMED', field: 'message' })
  })

  test('with a broken chain of custody is refused, naming link and field', () => {
    const id = evidenceOf(1).id
    const contentHash = sha256(evidenceOf(1).proofBlob)
    const [r0, p1, p0] = [signerOf('r0'), signerOf('p1'), signerOf('p0')]
    const first = handOver([], { id, contentHash }, r0, p1.publicKey, BLOCK_SECONDS - 20)
    const second = handOver(first, { id, contentHash }, p1, p0.publicKey, BLOCK_SECONDS - 10)
    expect(check(evidenceOf(1, { heldBefore: second }))).toMatchObject({ ok: true })
    expect(check(evidenceOf(1, { heldBefore: first }))).toMatchObject({ code: 'BROKEN_CUSTODY', field: 'chain_of_custody[0].ref_hash', authentic: true })
    const unsigned = { refHash: linkRef({ id, contentHash }, 0, undefined, p0.publicKey), actorId: r0.publicKey, tsSeconds: BLOCK_SECONDS }
    const forged = [{ ...unsigned, signature: p0.sign(custodySignBytes(unsigned)) }]
    expect(check(evidenceOf(1, { heldBefore: forged }))).toMatchObject({ code: 'BROKEN_CUSTODY', field: 'chain_of_custody[0].signature' })
    // Whatever the first scheme leaves unsigned, the last holder's link binds.
    const v1 = evidenceOf(1, {}, 'p0', 'v1')
    for (const change of [{ id: anomalyIdOf(9) }, { evidenceType: 'log' }, { refs: [new Uint8Array(32)] }]) {
      expect(check({ ...v1, ...change })).toMatchObject({ code: 'BROKEN_CUSTODY', field: 'chain_of_custody[0].ref_hash' })
    }
  })

  test('is checked once a transaction and verifier, and without signatures in execution', () => {
    let asked = 0
    const counting: typeof verifySignature = (...args) => { asked += 1; return verifySignature(...args) }
    const tx = reportTx(evidenceOf(1))
    for (let i = 0; i < 3; i++) expect(checkReportOf(tx, BLOCK_TIME, rules, counting)).toMatchObject({ ok: true })
    expect(asked).toBe(2)
    const broken = reportTx({ ...evidenceOf(1), signature: new Uint8Array(64) })
    expect(checkUnsignedReportOf(broken, BLOCK_TIME, rules)).toMatchObject({ ok: true })
    expect(checkReportOf(broken, BLOCK_TIME, rules, counting)).toMatchObject({ code: 'INVALID_SIGNATURE' })
  })
})

describe('a verdict at the door', () => {
  test('comes from analysts alone', () => {
    expect(check(verdictOf(1))).toMatchObject({ ok: true, verdict: { anomalyId: anomalyIdOf(1), verdict: 'true_positive' } })
    for (const other of ['p0', 'r0', 'v0', 'stranger']) expect(check(verdictOf(1, {}, other))).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'producer_id' })
  })

  test('is a proof in order about what its references name', () => {
    expect(check(verdictOf(1, { verdict: 'maybe' as 'benign' }))).toMatchObject({ code: 'MALFORMED', field: 'proof_blob.verdict', authentic: true })
    for (const refs of [[], [anomalyRef(anomalyIdOf(2))], [anomalyRef(anomalyIdOf(1)), anomalyRef(anomalyIdOf(2))]]) {
      expect(check(verdictOf(1, {}, 'a0', { refs }))).toMatchObject({ code: 'MALFORMED', field: 'refs' })
    }
    expect(check(verdictOf(1, { verdict: 'duplicate', duplicateOf: anomalyIdOf(2) }))).toMatchObject({ ok: true })
  })
})
