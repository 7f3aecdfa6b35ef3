import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { CommitEvent } from '../../proto/messages.js'
import { bytesToHex } from '../bytes.js'
import { draftOf, signerOf } from '../execution/testing/network.js'
import { asHeight, type AnomalyId, type BlockHash, type StateRoot } from '../ids.js'
import { decodeCommitEvent, encodeCommitEvent, signCommitEvent, verifyCommitEvent, type CommitDraft, type CommitMessage } from './commit-event.js'

const draft: CommitDraft = {
  height: asHeight(7), blockHash: '11'.repeat(32) as BlockHash, stateRoot: '22'.repeat(32) as StateRoot, txCount: 2, anomalyCount: 2,
  evidenceCount: 0, policyCount: 0, timestampSeconds: 1_760_595_055, anomalyIds: [draftOf(1).id, draftOf(2).id],
}
const recorder = signerOf('r0')
const allowed = new Set([bytesToHex(recorder.publicKey)])
const verify = (message: CommitMessage) => verifyCommitEvent(encodeCommitEvent(message), allowed, verifySignature)
const signed = signCommitEvent(draft, recorder)

describe('a commit event', () => {
  test('of a recorder named in genesis verifies and reads back', () => {
    expect(verify(signed)).toEqual({ ok: true, message: signed })
  })

  test('of any other key is refused, however well signed', () => {
    expect(verify(signCommitEvent(draft, signerOf('stranger')))).toMatchObject({ ok: false, code: 'UNKNOWN_PRODUCER', field: 'pubkey' })
    expect(verify({ ...signed, producerId: signerOf('stranger').publicKey })).toMatchObject({ code: 'UNKNOWN_PRODUCER', field: 'producer_id' })
  })

  test('is refused when any field differs from what was signed, the anomaly ids included', () => {
    const changes: Partial<CommitMessage>[] = [
      { height: asHeight(8) }, { blockHash: '33'.repeat(32) as BlockHash }, { stateRoot: '33'.repeat(32) as StateRoot }, { txCount: 3 }, { anomalyCount: 1 },
      { evidenceCount: 1 }, { policyCount: 1 }, { timestampSeconds: 1 }, { anomalyIds: [] }, { anomalyIds: [...draft.anomalyIds].reverse() }, { signature: new Uint8Array(64) },
    ]
    for (const change of changes) expect(verify({ ...signed, ...change })).toMatchObject({ ok: false, code: 'INVALID_SIGNATURE' })
  })

  test('is malformed with the field named', () => {
    const wire = CommitEvent.decode(encodeCommitEvent(signed))
    const withFields = (fields: object) => decodeCommitEvent(new Uint8Array(CommitEvent.encode({ ...wire, ...fields }).finish()))
    const cases: [string, object][] = [
      ['block_hash', { blockHash: new Uint8Array(31) }], ['state_root', { stateRoot: new Uint8Array(0) }], ['alg', { alg: 'x' }], ['height', { height: -1 }],
      ['height', { height: { low: 0, high: 0x0020_0000, unsigned: false } }], ['anomaly_ids', { anomalyIds: ['x' as AnomalyId] }],
      ['anomaly_ids', { anomalyIds: Array(501).fill(draftOf(1).id) }], ['signature', { signature: new Uint8Array(1) }],
    ]
    for (const [field, change] of cases) expect(withFields(change)).toMatchObject({ ok: false, code: 'MALFORMED', field })
    expect(decodeCommitEvent(Uint8Array.of(0xff))).toMatchObject({ ok: false, field: 'message' })
  })
})
