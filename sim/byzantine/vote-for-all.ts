/** A validator that votes for every proposal it sees, in any view and as often as it is asked. */
import { lieWith, signVoteAs, voteDataOf, type Liar } from './liar.js'

export const voteForAll: Liar = (node, world) => {
  lieWith(node, (effects, event) => {
    if (event.type !== 'message' || event.message.type !== 'proposal') return effects
    const vote = signVoteAs(node, world, voteDataOf(event.message.proposal.block))
    const isHonestVote = effects.some((effect) => effect.type === 'broadcast' && effect.message.type === 'vote' && effect.message.vote.data.blockHash === vote.data.blockHash)
    return isHonestVote ? effects : [...effects, { type: 'broadcast', message: { type: 'vote', vote } }]
  })
}
