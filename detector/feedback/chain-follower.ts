/**
 * Follows the chain by proven notices: how high it is, and what its transactions came to. A certificate may commit a
 * block through a descendant, so blocks wait until one comes that a certificate names; the parent links between them
 * then prove them all. A liar can withhold blocks from us, and cannot invent one.
 */
import type { VerifySignature } from '../../domain/crypto.js'
import type { TxReceipt } from '../../domain/execution/types.js'
import type { ValidatorSet } from '../../domain/genesis.js'
import type { AnomalyId, BlockHash, Height } from '../../domain/ids.js'
import { verifyQc } from '../../domain/verify-certificate.js'
import type { BlockProof, ProofFault } from './block-proof.js'

export type ProvenBlock = {
  readonly height: Height
  readonly hash: BlockHash
  readonly parentHash: BlockHash
  readonly receipts: readonly TxReceipt[]
  /** Whether its notice says that it carries policies. */
  readonly hasPolicies: boolean
  /** Anomalies of this detector that its notice names. */
  readonly claims: readonly AnomalyId[]
}

export type ChainTip = { readonly height: Height; readonly hash: BlockHash | undefined }

export type FollowResult =
  /** Oldest first: the block and those that waited for it. */
  | { readonly kind: 'final'; readonly blocks: readonly ProvenBlock[] }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'refused'; readonly fault: ProofFault }

export type ChainFollower = {
  tip(): ChainTip
  waiting(): readonly ProvenBlock[]
  take(block: ProvenBlock, certificate: BlockProof['certificate']): FollowResult
}

export type ChainFollowerOptions = {
  readonly set: ValidatorSet
  readonly genesisHash: BlockHash
  readonly verify: VerifySignature
  /** Where an earlier run stopped. */
  readonly from?: { readonly tip: ChainTip; readonly waiting: readonly ProvenBlock[] } | undefined
}

/** More blocks in a row without one that a certificate names do not happen while the network commits. */
export const MAX_WAITING = 256

export function createChainFollower({ set, genesisHash, verify, from }: ChainFollowerOptions): ChainFollower {
  let tip: ChainTip = from?.tip ?? { height: 0 as Height, hash: undefined }
  let waiting: ProvenBlock[] = [...from?.waiting ?? []]

  return {
    tip: () => tip,
    waiting: () => waiting,
    take(block, certificate) {
      const { commit } = certificate.data
      if (commit === undefined || commit.height < block.height) return { kind: 'refused', fault: 'not-committed' }
      const namesIt = commit.height === block.height
      if (namesIt && commit.hash !== block.hash) return { kind: 'refused', fault: 'not-committed' }
      // A certificate that names a descendant is verified with the descendant, whose notice carries it too.
      if (namesIt && !verifyQc(certificate, set, genesisHash, verify).ok) return { kind: 'refused', fault: 'bad-certificate' }
      // One that waits is nobody's truth yet: another of its height takes its place.
      const below = waiting.filter(({ height }) => height < block.height)
      const isLinked = below.at(-1)?.hash === block.parentHash
      const chained = isLinked ? [...below, block] : [block]
      if (!namesIt) {
        waiting = chained.slice(-MAX_WAITING)
        return { kind: 'waiting' }
      }
      waiting = []
      tip = { height: block.height, hash: block.hash }
      return { kind: 'final', blocks: chained }
    },
  }
}
