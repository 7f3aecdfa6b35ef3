/** Tells followers of a commit. The proposer of the last block sends the blocks along; from the others a word is enough. */
import type { ValidatorId } from '../../domain/ids.js'
import type { CommittedBlock } from '../core/protocol.js'
import { encodeAnnouncement, gossip, MAX_ANNOUNCED_BYTES } from '../network/gossip.js'
import type { Mesh } from '../network/mesh.js'
import { encodeStoredBlocks } from './block-exchange.js'

export function announce(mesh: Mesh, self: ValidatorId, committed: readonly CommittedBlock[]): void {
  const last = committed.at(-1)
  if (last === undefined) return
  const { header, hash } = last.block
  const blocks = header.proposer === self ? encodeStoredBlocks(committed) : undefined
  gossip(mesh, 'commits', encodeAnnouncement({
    height: header.height, blockHash: hash, blocks: blocks !== undefined && blocks.length <= MAX_ANNOUNCED_BYTES ? blocks : undefined,
  }))
}
