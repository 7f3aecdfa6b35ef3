/** A leader with a valid timeout certificate that builds on an older certified block than that certificate allows. */
import type { TimeoutCertificate } from '../../domain/certificate.js'
import type { PeerMessage } from '../../consensus/core/messages.js'
import type { Effect } from '../../consensus/core/protocol.js'
import { createArchive } from './archive.js'
import { lieWith, signProposalAs, signVoteAs, viewAfter, voteDataOf, type Liar } from './liar.js'

export const staleLeader: Liar = (node, world, random) => {
  const archive = createArchive(world)
  lieWith(node, (effects, event) => {
    if (event.type !== 'message') return effects
    if (event.message.type === 'proposal') archive.learn(event.message.proposal.block)
    for (const effect of effects) if (effect.type === 'broadcast' && effect.message.type === 'proposal') archive.learn(effect.message.proposal.block)
    const tc = certificateIn(event.message) ?? effects.map((effect) => (effect.type === 'broadcast' ? certificateIn(effect.message) : undefined)).find((found) => found !== undefined)
    return tc === undefined ? effects : [...effects, ...staleProposal(tc)]
  })

  function staleProposal(tc: TimeoutCertificate): readonly Effect[] {
    const view = viewAfter(tc.view, 1)
    const older = archive.certified().filter(({ qc }) => qc.data.view < tc.highQc.data.view)
    if (older.length === 0) return []
    const block = archive.build(random.pick(older).qc, view, node.id, [...node.pool.values()].slice(0, 1))
    if (block === undefined) return []
    return [
      { type: 'broadcast', message: { type: 'proposal', proposal: signProposalAs(node, world, block, tc) } },
      { type: 'broadcast', message: { type: 'vote', vote: signVoteAs(node, world, voteDataOf(block)) } },
    ]
  }
}

function certificateIn(message: PeerMessage): TimeoutCertificate | undefined {
  switch (message.type) {
    case 'timeout-certificate': return message.tc
    case 'timeout': return message.timeout.lastTc
    case 'proposal': return message.proposal.lastTc
    case 'sync-info': return message.info.highTc
    default: return undefined
  }
}
