/** The view that a message is about. */
import type { PeerMessage } from '../../consensus/core/messages.js'

export function viewOfMessage(message: PeerMessage): number {
  switch (message.type) {
    case 'vote': return message.vote.data.view
    case 'timeout': return message.timeout.view
    case 'timeout-certificate': return message.tc.view
    case 'proposal': return message.proposal.block.header.view
    case 'sync-info': return message.info.highQc.data.view
  }
}
