/**
 * An honest key contradicts itself never, over its whole life and through every crash: one vote a view, in rising
 * views, none in a view it gave up; one proposal a view. A signature counts from the moment it is durable or leaves.
 */
import type { Vote } from '../../domain/certificate.js'
import type { ValidatorId } from '../../domain/ids.js'
import type { Oracle, Violate } from './oracle.js'

type Key = { readonly votes: Map<number, string>; readonly proposals: Map<number, string>; newestVote: number; newestTimeout: number }

export function votes(violate: Violate): Oracle {
  const keys = new Map<ValidatorId, Key>()
  const keyOf = (id: ValidatorId): Key => {
    const known = keys.get(id)
    if (known !== undefined) return known
    const fresh: Key = { votes: new Map(), proposals: new Map(), newestVote: 0, newestTimeout: 0 }
    keys.set(id, fresh)
    return fresh
  }

  const noteVote = (name: string, { voter, data }: Vote): void => {
    const key = keyOf(voter)
    const content = `${data.blockHash} ${data.height} ${data.parentView} ${data.commit?.hash ?? '-'} ${data.commit?.height ?? '-'}`
    const known = key.votes.get(data.view)
    if (known === content) return
    if (known !== undefined) violate('double-vote', `${name} voted twice in view ${data.view}: ${known.slice(0, 6)} and ${content.slice(0, 6)}`)
    else if (data.view <= key.newestTimeout) violate('vote-after-timeout', `${name} voted in view ${data.view} after giving up view ${key.newestTimeout}`)
    else if (data.view < key.newestVote) violate('double-vote', `${name} voted in view ${data.view} after view ${key.newestVote}`)
    key.votes.set(data.view, content)
    key.newestVote = Math.max(key.newestVote, data.view)
  }

  return {
    onPersist(node, { lastVote }) {
      if (lastVote !== undefined) noteVote(node.name, lastVote)
    },
    onSend(node, message) {
      if (message.type === 'vote' && message.vote.voter === node.id) noteVote(node.name, message.vote)
      if (message.type === 'timeout' && message.timeout.sender === node.id) {
        const key = keyOf(node.id)
        key.newestTimeout = Math.max(key.newestTimeout, message.timeout.view)
      }
      if (message.type !== 'proposal' || message.proposal.block.header.proposer !== node.id) return
      const { header, hash } = message.proposal.block
      const { proposals } = keyOf(node.id)
      const known = proposals.get(header.view)
      if (known !== undefined && known !== hash) violate('double-proposal', `${node.name} proposed ${known.slice(0, 6)} and ${hash.slice(0, 6)} in view ${header.view}`)
      proposals.set(header.view, hash)
    },
  }
}
