/** A validator that signs votes, timeouts and proposals of many views that nobody has reached, to fill memories. */
import { createBlock } from '../../domain/block.js'
import { asView, type BlockHash } from '../../domain/ids.js'
import { lieWith, signProposalAs, signVoteAs, voteDataOf, type Liar } from './liar.js'
import type { Effect } from '../../consensus/core/protocol.js'

const A_TIME = 8

export const flood: Liar = (node, world, random) => {
  lieWith(node, (effects, event) => {
    if (event.type !== 'message' || event.message.type !== 'proposal' || !random.chance(40)) return effects
    const { block } = event.message.proposal
    const extra = Array.from({ length: A_TIME }, (_, i): Effect => {
      const view = asView(block.header.view + 1 + random.below(i % 2 === 0 ? 20 : 1_000_000))
      const data = { ...voteDataOf(block), view, blockHash: random.u32().toString(16).padStart(64, '0') as BlockHash }
      if (i % 4 !== 3) return { type: 'broadcast', message: { type: 'vote', vote: signVoteAs(node, world, data) } }
      const other = createBlock({ ...block.header, justify: block.justify, transactions: block.transactions, view, proposer: node.id })
      return { type: 'broadcast', message: { type: 'proposal', proposal: signProposalAs(node, world, other, undefined) } }
    })
    return [...effects, ...extra]
  })
}
