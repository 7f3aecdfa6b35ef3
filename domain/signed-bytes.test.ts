import { describe, expect, test } from 'vitest'
import { proposalSignBytes } from './block.js'
import { bytesToHex } from './bytes.js'
import { timeoutSignBytes, voteSignBytes, type VoteData } from './certificate.js'
import { asEpoch, asHeight, asView, type BlockHash, type ChainId } from './ids.js'

const hash = (byte: string): BlockHash => byte.repeat(32) as BlockHash
const chain = 'c1'.repeat(32) as ChainId
const other = 'c2'.repeat(32) as ChainId
const data: VoteData = { epoch: asEpoch(1), view: asView(5), height: asHeight(4), blockHash: hash('aa'), parentView: asView(4), commit: { hash: hash('bb'), height: asHeight(3) } }
const vote = (changes: Partial<VoteData> = {}, chainId = chain): string => bytesToHex(voteSignBytes(chainId, { ...data, ...changes }))
const timeout = (chainId: ChainId, epoch: number, view: number, highQcView: number): string => bytesToHex(timeoutSignBytes(chainId, asEpoch(epoch), asView(view), asView(highQcView)))
const proposal = (chainId: ChainId, epoch: number, view: number, blockHash: BlockHash): string => bytesToHex(proposalSignBytes(chainId, asEpoch(epoch), asView(view), blockHash))

const votes = [
  vote(), vote({}, other), vote({ epoch: asEpoch(2) }), vote({ view: asView(6) }), vote({ height: asHeight(5) }), vote({ blockHash: hash('ab') }), vote({ parentView: asView(3) }),
  vote({ commit: undefined }), vote({ commit: { hash: hash('bc'), height: asHeight(3) } }), vote({ commit: { hash: hash('bb'), height: asHeight(2) } }),
]
const timeouts = [timeout(chain, 1, 5, 4), timeout(other, 1, 5, 4), timeout(chain, 2, 5, 4), timeout(chain, 1, 6, 4), timeout(chain, 1, 5, 3)]
const proposals = [proposal(chain, 1, 5, hash('aa')), proposal(other, 1, 5, hash('aa')), proposal(chain, 2, 5, hash('aa')), proposal(chain, 1, 6, hash('aa')), proposal(chain, 1, 5, hash('ab'))]

describe('what is signed', () => {
  test.each([['a vote', votes], ['a timeout', timeouts], ['a proposal', proposals]])('%s differs with each thing it says, and is as long', (_, variants) => {
    expect(new Set(variants).size).toBe(variants.length)
    expect(new Set(variants.map(({ length }) => length)).size).toBe(1)
  })

  test('begins with what it is, so that no signature of one kind is one of another', () => {
    // The name of each kind ends with a zero byte, and none begins another.
    const names = [votes[0], timeouts[0], proposals[0]].map((bytes) => Buffer.from(bytes ?? '', 'hex')).map((bytes) => bytes.subarray(0, bytes.indexOf(0)).toString())
    expect(names).toEqual(['cybermesh/vote/v1', 'cybermesh/timeout/v1', 'cybermesh/proposal/v1'])
  })
})
