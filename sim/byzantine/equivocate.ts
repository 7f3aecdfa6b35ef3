/** A leader that makes two blocks for its view, shows each half one of them, one node both, and votes for both. */
import { createBlock, type Block } from '../../domain/block.js'
import { asMillis } from '../../domain/ids.js'
import { lieWith, othersOf, sends, signProposalAs, signVoteAs, voteDataOf, type Liar } from './liar.js'

export const equivocate: Liar = (node, world, random) => {
  let pair: { readonly first: Block; readonly second: Block } | undefined
  const halves = () => {
    const others = random.sample(othersOf(node, world), world.nodes.length)
    const middle = others.length >> 1
    return [others.slice(0, middle + 1), others.slice(middle)] as const
  }
  let [left, right] = halves()
  lieWith(node, (effects) => {
    // The core votes before it shows its proposal, so the pair must be known when the vote passes.
    for (const effect of effects) {
      if (effect.type !== 'broadcast' || effect.message.type !== 'proposal') continue
      const first = effect.message.proposal.block
      pair = { first, second: otherBlock(first) }
      ;[left, right] = halves()
    }
    return effects.flatMap((effect) => {
      if (effect.type !== 'broadcast' || pair === undefined) return [effect]
      const { first, second } = pair
      if (effect.message.type === 'proposal') {
        const other = signProposalAs(node, world, second, effect.message.proposal.lastTc)
        return [...sends(left, effect.message), ...sends(right, { type: 'proposal', proposal: other })]
      }
      if (effect.message.type === 'vote' && effect.message.vote.data.blockHash === first.hash) {
        return [...sends(left, effect.message), ...sends(right, { type: 'vote', vote: signVoteAs(node, world, voteDataOf(second)) })]
      }
      return [effect]
    })
  })
}

/** As valid as the first: only the time differs, and no state depends on it. */
function otherBlock({ header, justify, transactions }: Block): Block {
  return createBlock({ ...header, justify, transactions, timestamp: asMillis(header.timestamp + 1) })
}
