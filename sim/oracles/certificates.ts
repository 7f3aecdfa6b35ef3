/** While no more than f validators lie, at most one block a view is certified; and no honest node passes on a false certificate. */
import type { QuorumCertificate } from '../../domain/certificate.js'
import type { BlockHash, ValidatorId } from '../../domain/ids.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { Oracle, Violate } from './oracle.js'

export function certificates(violate: Violate): Oracle {
  const byView = new Map<number, { readonly hash: BlockHash; readonly by: ValidatorId }>()
  return {
    onSend(node, message) {
      for (const { data } of certificatesIn(message)) {
        const first = byView.get(data.view)
        if (first === undefined) byView.set(data.view, { hash: data.blockHash, by: node.id })
        else if (first.hash !== data.blockHash) violate('two-certificates', `view ${data.view} has certificates of ${first.hash.slice(0, 6)} and, at ${node.name}, of ${data.blockHash.slice(0, 6)}`)
      }
    },
  }
}

function certificatesIn(message: PeerMessage): readonly QuorumCertificate[] {
  switch (message.type) {
    case 'vote': return []
    case 'proposal': return [message.proposal.block.justify, ...(message.proposal.lastTc === undefined ? [] : [message.proposal.lastTc.highQc])]
    case 'timeout': return [message.timeout.highQc, ...(message.timeout.lastTc === undefined ? [] : [message.timeout.lastTc.highQc])]
    case 'timeout-certificate': return [message.tc.highQc]
    case 'sync-info': return [message.info.highQc, ...(message.info.highTc === undefined ? [] : [message.info.highTc.highQc])]
  }
}
