/** Disk before wire: whatever a validator signed, the record that forbids contradicting it is durable when it leaves. */
import type { BlockHash } from '../../domain/ids.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { SafetyRecord } from '../../consensus/core/safety-rules.js'
import type { SimNode } from '../types.js'
import type { Oracle, Violate } from './oracle.js'

export function disk(violate: Violate): Oracle {
  return {
    onSend(node, message) {
      const missing = notCovered(node, message, node.records.at(-1))
      if (missing !== undefined) violate('not-on-disk', `${node.name} sent a ${message.type} while ${missing} was not on its disk`)
    },
  }
}

function notCovered(node: SimNode, message: PeerMessage, record: SafetyRecord | undefined): string | undefined {
  switch (message.type) {
    case 'vote': {
      const { data, voter } = message.vote
      if (voter !== node.id) return undefined
      if (record === undefined || record.lastVotedView < data.view) return `the vote of view ${data.view}`
      if (record.lastVote?.data.view === data.view && record.lastVote.data.blockHash !== data.blockHash) return `this vote, but another one of view ${data.view},`
      return holdsBlock(node, data.blockHash, data.height) ? undefined : `block ${data.blockHash.slice(0, 6)}`
    }
    case 'timeout': {
      const { view, highQcView, sender } = message.timeout
      if (sender !== node.id) return undefined
      if (record === undefined || record.lastVotedView < view) return `the timeout of view ${view}`
      return highQcView < record.lockView ? `a certificate as high as the lock of view ${record.lockView}` : undefined
    }
    case 'proposal': {
      const { header } = message.proposal.block
      if (header.proposer !== node.id) return undefined
      return record === undefined || record.lastProposedView < header.view ? `the proposal of view ${header.view}` : undefined
    }
    default:
      return undefined
  }
}

/** Final blocks of that height have replaced it, or it lies among those that are not final. */
const holdsBlock = (node: SimNode, hash: string, height: number): boolean =>
  node.disk.blocks.has(hash as BlockHash) || node.disk.final.length >= height
