import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { proposalSignBytes } from '../block.js'
import { voteSignBytes, type VoteData } from '../certificate.js'
import { createChain, genesis, signerOf, turnOf, txOf } from '../execution/testing/network.js'
import { MAX_EVIDENCE_AGE_VIEWS } from '../execution/execute-evidence.js'
import { readLeaders } from '../execution/read-leaders.js'
import { validatorSetOf } from '../genesis.js'
import { asEpoch, asHeight, asView, type BlockHash, type ValidatorId } from '../ids.js'
import { createTransaction } from '../transaction.js'
import { checkEvidence } from './check-evidence.js'
import { checkEvidenceTransaction } from './check-transaction.js'
import { decodeEvidence, encodeEvidence, evidenceTransaction, type Evidence } from './evidence.js'

const set = validatorSetOf(genesis)
const idOf = (index: number): ValidatorId => set.validators[index]?.id as ValidatorId
const hashOf = (digit: string): BlockHash => digit.repeat(64) as BlockHash
const dataOf = (digit: string, changes: Partial<VoteData> = {}): VoteData =>
  ({ epoch: asEpoch(0), view: asView(7), height: asHeight(5), blockHash: hashOf(digit), parentView: asView(6), commit: { hash: hashOf('c'), height: asHeight(4) }, ...changes })
const vote = (index: number, data: VoteData) => ({ data, signature: signerOf(`v${index}`).sign(voteSignBytes(set.chainId, data)) })
const votes = (index: number, a: VoteData = dataOf('a'), b: VoteData = dataOf('b')): Evidence => ({ kind: 'duplicate-vote', offender: idOf(index), a: vote(index, a), b: vote(index, b) })
const proposals = (index: number, digits = 'ab'): Evidence => {
  const signed = [...digits].map((digit) => ({ hash: hashOf(digit), signature: signerOf(`v${index}`).sign(proposalSignBytes(set.chainId, asEpoch(0), asView(7), hashOf(digit))) }))
  return { kind: 'duplicate-proposal', offender: idOf(index), epoch: asEpoch(0), view: asView(7), a: signed[0] as never, b: signed[1] as never }
}
const swapped = (evidence: Evidence): Evidence => ({ ...evidence, a: evidence.b, b: evidence.a }) as Evidence
const check = (evidence: Evidence) => checkEvidence(evidence, set, verifySignature)

describe('the bytes of evidence', () => {
  test.each([['votes', votes(2)], ['proposals', proposals(2)]])('two %s are one transaction, whichever was seen first', (_, evidence) => {
    expect(evidenceTransaction(swapped(evidence)).id).toBe(evidenceTransaction(evidence).id)
    expect(encodeEvidence(decodeEvidence(encodeEvidence(evidence)))).toEqual(encodeEvidence(evidence))
    expect(check(decodeEvidence(encodeEvidence(evidence)))).toEqual({ ok: true })
  })

  test('the other order, trailing bytes, other kinds and the same part twice are refused', () => {
    const bytes = encodeEvidence(proposals(1))
    const [head, first, second] = [bytes.subarray(0, 49), bytes.subarray(49, 145), bytes.subarray(145)]
    const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
    expect(() => decodeEvidence(joined(head, second, first))).toThrow('evidence.parts')
    expect(() => decodeEvidence(joined(head, first, first))).toThrow('evidence.parts')
    expect(() => decodeEvidence(joined(bytes, Uint8Array.of(0)))).toThrow('trailing')
    expect(() => decodeEvidence(joined(Uint8Array.of(9), bytes.subarray(1)))).toThrow('evidence.kind')
    for (let length = 0; length < bytes.length; length += 13) expect(() => decodeEvidence(bytes.subarray(0, length))).toThrow()
  })
})

const wrong: readonly [string, Evidence][] = [
  ['no-contradiction', votes(1, dataOf('a'), dataOf('a'))],
  ['no-contradiction', proposals(1, 'aa')],
  ['different-views', votes(1, dataOf('a'), dataOf('b', { view: asView(8) }))],
  ['wrong-epoch', votes(1, dataOf('a', { epoch: asEpoch(1) }), dataOf('b', { epoch: asEpoch(1) }))],
  ['wrong-epoch', votes(1, dataOf('a'), dataOf('b', { epoch: asEpoch(1) }))],
  ['wrong-epoch', { ...proposals(1), epoch: asEpoch(1) } as Evidence],
  ['not-a-member', { ...votes(1), offender: hashOf('d') as never }],
  ['bad-signature', { ...votes(1), offender: idOf(2) }],
  ['bad-signature', { ...votes(1), b: vote(2, dataOf('b')) } as Evidence],
  ['bad-signature', { ...proposals(1), view: asView(8) } as Evidence],
  ['bad-signature', { ...proposals(1), a: proposals(2).a } as Evidence],
]
describe('checking evidence', () => {
  test('two votes for one view that differ in anything signed are a contradiction', () => {
    for (const b of [dataOf('b'), dataOf('a', { height: asHeight(6) }), dataOf('a', { commit: undefined })]) expect(check(votes(3, dataOf('a'), b))).toEqual({ ok: true })
  })

  test.each(wrong)('%s (%#)', (fault, evidence) => {
    expect(check(evidence)).toEqual({ ok: false, fault })
  })

  test('a transaction that is too large, no evidence or false is refused with a code', () => {
    const codeOf = (bytes: Uint8Array) => { const verdict = checkEvidenceTransaction(bytes, set, verifySignature); return verdict.ok ? 'ok' : verdict.code }
    expect(codeOf(encodeEvidence(votes(1)))).toBe('ok')
    expect(codeOf(new Uint8Array(5000))).toBe('MALFORMED')
    expect(codeOf(Uint8Array.of(1, 2, 3))).toBe('MALFORMED')
    expect(codeOf(encodeEvidence({ ...votes(1), offender: idOf(2) }))).toBe('INVALID_SIGNATURE')
  })
})

describe('executing evidence', () => {
  const codes = (result: ReturnType<ReturnType<typeof createChain>['commit']>) => result.receipts.map((receipt) => (receipt.status === 'success' ? 'ok' : receipt.code))

  test('jails the offender, once: more evidence against it is a duplicate, whatever its kind', () => {
    const chain = createChain()
    expect(codes(chain.commit([evidenceTransaction(votes(2)), txOf(1), evidenceTransaction(proposals(2))]))).toEqual(['ok', 'ok', 'DUPLICATE'])
    expect(codes(chain.commit([evidenceTransaction(votes(2)), evidenceTransaction(proposals(4))]))).toEqual(['DUPLICATE', 'ok'])
    expect(readLeaders(chain.nodes, chain.root, 5).standings.map(({ isJailed, score, evidence }) => [isJailed, score, evidence])).toEqual([
      [false, 100, 0], [false, 100, 0], [true, 0, 1], [false, 100, 0], [true, 0, 1]])
  })

  test('what proves nothing fails and changes nothing', () => {
    const chain = createChain()
    const bad = [createTransaction('evidence', Uint8Array.of(1)), ...wrong.filter(([fault]) => fault !== 'bad-signature').map(([, evidence]) => createTransaction('evidence', encodeEvidence(evidence)))]
    expect(new Set(codes(chain.execute(bad)))).toEqual(new Set(['MALFORMED', 'UNKNOWN_PRODUCER']))
    expect(chain.execute(bad).stateRoot).toBe(chain.execute([]).stateRoot)
  })

  test('evidence of a view long past is refused, up to then it counts', () => {
    const chain = createChain()
    const at = (view: number) => codes(chain.execute([evidenceTransaction(votes(2))], undefined, undefined, turnOf(view)))
    expect(at(7 + MAX_EVIDENCE_AGE_VIEWS)).toEqual(['ok'])
    expect(at(8 + MAX_EVIDENCE_AGE_VIEWS)).toEqual(['SKEW'])
  })
})
