/** Validators that keep something to themselves: votes, timeouts, proposals, or all but what makes a certificate late. */
import type { PeerMessage } from '../../consensus/core/messages.js'
import { sayInstead, type Liar } from './liar.js'

const silentAbout = (...types: readonly PeerMessage['type'][]): Liar => (node) =>
  sayInstead(node, (message) => (types.includes(message.type) ? [] : [message]))

export const withholdVotes: Liar = silentAbout('vote')
export const withholdTimeouts: Liar = silentAbout('timeout', 'timeout-certificate')
export const withholdProposals: Liar = silentAbout('proposal')

/** Shows its votes and timeouts to one node only, another one each time. */
export const showToOne: Liar = (node, world, random) => {
  node.speak = (message, to) => {
    if (message.type !== 'vote' && message.type !== 'timeout') return [message]
    return to.position === random.below(world.nodes.length) ? [message] : []
  }
}
