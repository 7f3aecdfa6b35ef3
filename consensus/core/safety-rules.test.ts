import { describe, expect, test } from 'vitest'
import { proposalSignBytes, type Block } from '../../domain/block.js'
import { timeoutSignBytes, voteSignBytes, type TimeoutCertificate } from '../../domain/certificate.js'
import { asEpoch, asView } from '../../domain/ids.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { signProposal, signTimeout, signVote, type SafetyRecord, type Signed } from './safety-rules.js'
import { blockOn, dataOf, idOf, qcOf, root, rootQc, set, signer, tcOf } from './testing/forge.js'
import { freshRecord } from './testing/one-core.js'

const context = { chainId: set.chainId, self: idOf(0), signer: signer(0) }
const record = (changes: Partial<SafetyRecord> = {}): SafetyRecord => ({ ...freshRecord, ...changes })
const vote = (from: SafetyRecord, block: Block, tc?: TimeoutCertificate) => signVote(context, from, block, dataOf(block), tc)
const signed = <T>(outcome: Signed<T>): { value: T; record: SafetyRecord } => {
  if (!outcome.ok) throw new Error(outcome.refusal)
  return outcome
}
const b1 = blockOn(root, 1)
const b2 = blockOn(b1, 2)
const b3 = blockOn(b2, 3)

describe('rule 1: one vote a view, in rising views', () => {
  test('a vote raises the last voted view and is what was signed', () => {
    const { value, record: after } = signed(vote(record(), b1))
    expect(after).toMatchObject({ lastVotedView: 1, lastVote: value })
    expect(verifySignature(signer(0).publicKey, voteSignBytes(set.chainId, dataOf(b1)), value.signature)).toBe(true)
  })

  test('a view at or below the last voted one is refused', () => {
    for (const lastVotedView of [2, 3, 9].map(asView)) {
      expect(vote(record({ lastVotedView }), b2)).toEqual({ ok: false, refusal: 'view-not-above-last-vote' })
    }
  })

  test('another block in the voted view is refused, for ever', () => {
    const other = blockOn(b1, 2, { timestamp: b2.header.timestamp + 1 as never })
    const { record: after } = signed(vote(record(), b2))
    expect(vote(after, other)).toEqual({ ok: false, refusal: 'other-block-in-voted-view' })
    expect(vote({ ...after, lastVote: undefined }, other)).toEqual({ ok: false, refusal: 'view-not-above-last-vote' })
  })

  test('the same question gets the same bytes and changes nothing', () => {
    const first = signed(vote(record(), b2))
    const again = signed(vote(first.record, b2))
    expect(again.value).toBe(first.value)
    expect(again.record).toBe(first.record)
  })
})

describe('rule 2: a vote needs a reason', () => {
  const late = blockOn(b1, 4)
  test('a parent of an older view without a timeout certificate is refused', () => {
    expect(vote(record(), late)).toEqual({ ok: false, refusal: 'no-certificate-of-previous-view' })
  })
  test('a timeout certificate of any view but the one before is refused', () => {
    for (const view of [2, 4]) expect(vote(record(), late, tcOf(view, [rootQc, rootQc, rootQc, qcOf(b1)]))).toEqual({ ok: false, refusal: 'no-certificate-of-previous-view' })
  })
  test('a parent below the highest certificate that the timeouts name is refused', () => {
    expect(vote(record(), late, tcOf(3, [qcOf(b1), qcOf(b1), qcOf(b2), rootQc]))).toEqual({ ok: false, refusal: 'parent-below-timeout-certificate' })
  })
  test('a parent as high as the timeouts name, or higher, is voted', () => {
    for (const highest of [rootQc, qcOf(b1)]) expect(vote(record(), late, tcOf(3, [rootQc, rootQc, highest, rootQc])).ok).toBe(true)
  })
  test('a timeout certificate beside a certificate of the view before is refused: nobody needs it', () => {
    expect(vote(record(), b2, tcOf(1, [rootQc, rootQc, rootQc, rootQc]))).toEqual({ ok: false, refusal: 'superfluous-timeout-certificate' })
  })
})

describe('rule 3: disk before wire', () => {
  test('every answer carries the record that forbids contradicting it', () => {
    expect(signed(vote(record(), b1)).record).not.toEqual(record())
    expect(signed(signTimeout(context, record(), asView(1))).record.lastVotedView).toBe(1)
    expect(signed(signProposal(context, record(), b1, undefined)).record.lastProposedView).toBe(1)
  })
})

describe('rule 4: a view that was given up is never voted', () => {
  test('a timeout raises the last voted view', () => {
    const { record: after } = signed(signTimeout(context, record(), asView(1)))
    expect(after.lastVotedView).toBe(1)
    expect(vote(after, b1)).toEqual({ ok: false, refusal: 'view-not-above-last-vote' })
  })
  test('a view below the last voted one is not given up any more', () => {
    expect(signTimeout(context, record({ lastVotedView: asView(2) }), asView(1))).toEqual({ ok: false, refusal: 'view-below-last-vote' })
  })
  test('a view may be voted first and given up then', () => {
    const { record: after } = signed(vote(record(), b1))
    const { value } = signed(signTimeout(context, after, asView(1)))
    expect(verifySignature(signer(0).publicKey, timeoutSignBytes(set.chainId, asEpoch(0), asView(1), asView(0)), value.signature)).toBe(true)
  })
})

describe('rule 5: a timeout never hides what was locked', () => {
  test('a vote locks the view of the certificate inside the block, and a lock never falls', () => {
    const { record: after } = signed(vote(record(), b3))
    expect(after.lockView).toBe(2)
    const low = blockOn(root, 9)
    expect(signed(vote({ ...after, lastVotedView: asView(3) }, low, tcOf(8, [rootQc, rootQc, rootQc, rootQc]))).record.lockView).toBe(2)
  })
  test('a certificate below the lock is refused', () => {
    expect(signTimeout(context, record({ lockView: asView(2), highQc: qcOf(b1), lastVotedView: asView(2) }), asView(2))).toEqual({ ok: false, refusal: 'certificate-below-lock' })
  })
  test('a view entered by nothing is not given up', () => {
    expect(signTimeout(context, record({ highQc: qcOf(b1) }), asView(4))).toEqual({ ok: false, refusal: 'timeout-without-reason' })
    const highTc = tcOf(3, [rootQc, rootQc, rootQc, qcOf(b1)])
    expect(signed(signTimeout(context, record({ highQc: qcOf(b1), highTc }), asView(4))).value.lastTc).toBe(highTc)
  })
})

describe('rule 6: one proposal a view', () => {
  test('a second proposal for the view is refused, and one in a view that was voted or given up', () => {
    const { record: after, value } = signed(signProposal(context, record(), b1, undefined))
    expect(verifySignature(signer(0).publicKey, proposalSignBytes(set.chainId, asEpoch(0), asView(1), b1.hash), value.signature)).toBe(true)
    expect(signProposal(context, after, b1, undefined)).toEqual({ ok: false, refusal: 'already-proposed' })
    expect(signProposal(context, record({ lastVotedView: asView(1) }), b1, undefined)).toEqual({ ok: false, refusal: 'view-not-above-last-vote' })
  })
})

test('another epoch is refused by every rule that sees one', () => {
  const old = record({ epoch: asEpoch(1) })
  expect(vote(old, b1)).toEqual({ ok: false, refusal: 'wrong-epoch' })
  expect(signProposal(context, old, b1, undefined)).toEqual({ ok: false, refusal: 'wrong-epoch' })
})
