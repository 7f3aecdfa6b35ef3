/**
 * Liars. Each is the honest core with something around it, so it takes part, knows what everybody knows, and lies where
 * lying pays. A liar has its own key and nobody else's.
 */
import { proposalSignBytes, type Block } from '../../domain/block.js'
import { timeoutSignBytes, voteSignBytes, type Timeout, type Vote, type VoteData } from '../../domain/certificate.js'
import type { View } from '../../domain/ids.js'
import type { PeerMessage, Proposal } from '../../consensus/core/messages.js'
import type { Effect, Event } from '../../consensus/core/protocol.js'
import type { Random } from '../kernel/random.js'
import type { SimNode, World } from '../types.js'

/** Makes a liar of `node`; called before it first starts. */
export type Liar = (node: SimNode, world: World, random: Random) => void

/** What a liar may say beyond the honest core. Two liars that answer each other's lies would never let a world end. */
const EXTRA = { effects: 30, everyMs: 100 } as const

/** Puts `change` between the core and its effects. Past its share of lies the node says what the core says. */
export function lieWith(node: SimNode, change: (effects: readonly Effect[], event: Event) => readonly Effect[]): void {
  const inner = node.wrap
  node.wrap = (engine) => {
    const core = inner?.(engine) ?? engine
    let window = 0
    let extra = 0
    return {
      ...core,
      step(event, now) {
        const honest = core.step(event, now)
        const changed = change(honest, event)
        if (Math.floor(now / EXTRA.everyMs) !== window) [window, extra] = [Math.floor(now / EXTRA.everyMs), 0]
        extra += Math.max(0, changed.length - honest.length)
        return extra <= EXTRA.effects ? changed : honest
      },
    }
  }
}

/** Replaces what is said, message by message; an empty list swallows it. */
export function sayInstead(node: SimNode, change: (message: PeerMessage) => readonly PeerMessage[]): void {
  lieWith(node, (effects) => effects.flatMap((effect): readonly Effect[] =>
    effect.type === 'broadcast' || effect.type === 'send' ? change(effect.message).map((message) => ({ ...effect, message })) : [effect]))
}

/** What an honest vote for this block would say: all of it stands in the block. */
export function voteDataOf({ header, hash, justify }: Block): VoteData {
  const parentView = justify.data.view
  const commit = parentView + 1 === header.view ? { hash: header.parentHash, height: justify.data.height } : undefined
  return { epoch: header.epoch, view: header.view, height: header.height, blockHash: hash, parentView, commit }
}

export function signVoteAs(node: SimNode, world: World, data: VoteData): Vote {
  return { data, voter: node.id, signature: world.signer(node.index).sign(voteSignBytes(world.set.chainId, data)) }
}

export function signProposalAs(node: SimNode, world: World, block: Block, lastTc: Proposal['lastTc']): Proposal {
  const { chainId, epoch, view } = block.header
  return { block, lastTc, signature: world.signer(node.index).sign(proposalSignBytes(chainId, epoch, view, block.hash)) }
}

export function signTimeoutAs(node: SimNode, world: World, timeout: Omit<Timeout, 'signature' | 'sender'>): Timeout {
  const signature = world.signer(node.index).sign(timeoutSignBytes(world.set.chainId, timeout.epoch, timeout.view, timeout.highQcView))
  return { ...timeout, sender: node.id, signature }
}

/** The others, as those a liar speaks to. */
export const othersOf = (node: SimNode, world: World): readonly SimNode[] => world.nodes.filter(({ id }) => id !== node.id)

export const sends = (to: readonly SimNode[], message: PeerMessage): readonly Effect[] =>
  [...new Set(to.map(({ id }) => id))].map((id) => ({ type: 'send', to: id, message }))

export const viewAfter = (view: View, by: number): View => (view + by) as View
