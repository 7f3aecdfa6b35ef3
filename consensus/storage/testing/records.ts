/** Safety records, votes and certificates for tests of encodings: well formed, not signed by anybody. */
import fc from 'fast-check'
import type { IndexedSignature, QuorumCertificate, TimeoutCertificate, Vote, VoteData } from '../../../domain/certificate.js'
import { asEpoch, asHeight, asView, type BlockHash, type ValidatorId } from '../../../domain/ids.js'
import type { SafetyRecord } from '../../core/safety-rules.js'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hash = <T extends string>() => bytes(32).map((raw) => Buffer.from(raw).toString('hex') as T)
  .filter((hex) => !/^0+$/.test(hex))
const view = fc.nat({ max: 2 ** 40 }).map(asView)
const height = fc.nat({ max: 2 ** 40 }).map(asHeight)

export const arbitraryVoteData: fc.Arbitrary<VoteData> = fc.record({
  epoch: fc.nat().map(asEpoch), view, height, blockHash: hash<BlockHash>(), parentView: view,
  commit: fc.option(fc.record({ hash: hash<BlockHash>(), height }), { nil: undefined }),
})
export const arbitraryVote: fc.Arbitrary<Vote> = fc.record({ data: arbitraryVoteData, voter: hash<ValidatorId>(), signature: bytes(64) })

const signers = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 7 }).map((list) => list.sort((a, b) => a - b))
const signatures = signers.chain((list) => fc.tuple(...list.map((index) => bytes(64).map((signature): IndexedSignature => ({ index, signature })))))

export const arbitraryQc: fc.Arbitrary<QuorumCertificate> = fc.record({ data: arbitraryVoteData, signatures })
export const arbitraryTc: fc.Arbitrary<TimeoutCertificate> = fc.record({
  epoch: fc.nat().map(asEpoch), view, highQc: arbitraryQc,
  signatures: signers.chain((list) => fc.tuple(...list.map((index) => fc.record({ index: fc.constant(index), signature: bytes(64), highQcView: view })))),
})

export const arbitraryRecord: fc.Arbitrary<SafetyRecord> = fc.record({
  epoch: fc.nat().map(asEpoch), lastVotedView: view, lockView: view, lastProposedView: view,
  lastVote: fc.option(arbitraryVote, { nil: undefined }), highQc: arbitraryQc, highTc: fc.option(arbitraryTc, { nil: undefined }),
})

/** The record of a validator that voted in `view`, with certificates of five signers. */
export function recordOf(lastVoted: number): SafetyRecord {
  const data: VoteData = {
    epoch: asEpoch(0), view: asView(lastVoted), height: asHeight(lastVoted), blockHash: 'ab'.repeat(32) as BlockHash, parentView: asView(0), commit: undefined,
  }
  const signature = new Uint8Array(64).fill(7)
  const highQc = { data, signatures: [0, 1, 2, 3].map((index) => ({ index, signature })) }
  return {
    epoch: asEpoch(0), lastVotedView: asView(lastVoted), lockView: asView(0), lastProposedView: asView(0),
    lastVote: { data, voter: 'cd'.repeat(32) as ValidatorId, signature }, highQc, highTc: undefined,
  }
}
