import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { EvidenceEvent, PolicyEvent } from '../../proto/messages.js'
import { createSigner, verifySignature } from '../../platform/crypto/ed25519.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '../bytes.js'
import { sha256 } from '../hash.js'
import { asHeight, type BlockHash, type StateRoot } from '../ids.js'
import { decodeAnomaly, encodeAnomaly } from './anomaly.js'
import { commitSignBytes, decodeCommitEvent, encodeCommitEvent, signCommitEvent } from './commit-event.js'
import { anomalySignBytes, signAnomaly } from './sign-anomaly.js'
import { evidenceSignBytes } from './sign-evidence.js'
import { policySignBytes } from './sign-policy.js'

const vectors = JSON.parse(readFileSync(new URL('../../test/fixtures/vectors/original-messages.json', import.meta.url), 'utf8'))
const signer = createSigner(hexToBytes(vectors.anomaly.seed))
const wire = hexToBytes(vectors.anomaly.wire)
const decoded = decodeAnomaly(wire)
if (!decoded.ok) throw new Error(decoded.reason)
const anomaly = decoded.message

describe("the original's messages", () => {
  test('an anomaly is read, signed and written byte for byte as the original does', () => {
    expect(bytesToHex(signer.publicKey)).toBe(vectors.anomaly.pubkey)
    expect(bytesToHex(anomaly.contentHash)).toBe(vectors.anomaly.content_hash)
    expect(anomaly).toMatchObject({ severity: 9, confidence: 0.95, tsSeconds: vectors.anomaly.ts, type: 'ddos', modelVersion: 'v1.0.0' })
    expect(bytesToHex(anomalySignBytes(anomaly, 'v1'))).toBe(vectors.anomaly.sign_bytes)
    expect(verifySignature(anomaly.pubkey, anomalySignBytes(anomaly, 'v1'), anomaly.signature)).toBe(true)
    const signed = signAnomaly(anomaly, signer, 'v1')
    expect(bytesToHex(signed.signature)).toBe(vectors.anomaly.signature)
    expect(bytesToHex(encodeAnomaly(signed))).toBe(vectors.anomaly.wire)
  })

  test('an evidence message has the original signature', () => {
    const event = EvidenceEvent.decode(hexToBytes(vectors.evidence.wire))
    expect(bytesToHex(sha256(event.proofBlob))).toBe(vectors.evidence.content_hash)
    const bytes = evidenceSignBytes({ ...event, tsSeconds: Number(event.ts) })
    expect(bytesToHex(signer.sign(bytes))).toBe(vectors.evidence.signature)
    expect(bytesToHex(EvidenceEvent.encode(event).finish())).toBe(vectors.evidence.wire)
  })

  test('a policy message has the later form with a zero byte, which the recorded early message does not satisfy', () => {
    const event = PolicyEvent.decode(hexToBytes(vectors.policy.wire))
    const core = { ...event, tsSeconds: Number(event.ts) }
    expect(bytesToHex(sha256(event.params))).toBe(vectors.policy.content_hash)
    expect(bytesToHex(policySignBytes(core)).startsWith(bytesToHex(utf8ToBytes('ai.policy.v1\0')))).toBe(true)
    expect(verifySignature(event.pubkey, policySignBytes(core), event.signature)).toBe(vectors.policy.verifies_with_0x00)
    expect(verifySignature(event.pubkey, policySignBytes(core), signer.sign(policySignBytes(core)))).toBe(true)
  })

  test('a commit event has the original body and signature; ours also covers the anomaly ids', () => {
    const golden = vectors.commit_go
    const tag = bytesToHex(utf8ToBytes('control.commits.v1'))
    const draft = {
      height: asHeight(7), blockHash: '11'.repeat(32) as BlockHash, stateRoot: '22'.repeat(32) as StateRoot, txCount: 2,
      anomalyCount: 0, evidenceCount: 0, policyCount: 0, timestampSeconds: vectors.anomaly.ts, anomalyIds: [],
    }
    const signed = signCommitEvent(draft, signer)
    expect(bytesToHex(commitSignBytes(signed))).toBe(tag + golden.signed_body)
    expect(bytesToHex(signed.signature)).toBe(golden.signature)
    expect(bytesToHex(encodeCommitEvent({ ...signed, anomalyIds: [anomaly.id] }))).toBe(golden.wire)
    const read = decodeCommitEvent(hexToBytes(golden.wire))
    expect(read).toMatchObject({ ok: true, message: { height: 7, anomalyIds: [anomaly.id] } })
    expect(bytesToHex(commitSignBytes({ ...signed, anomalyIds: [anomaly.id] }))).not.toBe(tag + golden.signed_body)
  })

  test('JSON where protobuf belongs is malformed, not an exception', () => {
    expect(decodeAnomaly(utf8ToBytes(vectors.anomaly.payload))).toMatchObject({ ok: false, code: 'MALFORMED', field: 'message' })
  })
})
