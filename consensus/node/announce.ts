/**
 * Tells followers of a commit. The proposer of the last block sends the blocks along at once; the others say a word a
 * moment later, for followers that did not hear the proposer, when no vote is waiting for the processor any more.
 */
import type { ValidatorId } from '../../domain/ids.js'
import type { CommittedBlock } from '../core/protocol.js'
import { encodeAnnouncement, gossip, MAX_ANNOUNCED_BYTES } from '../network/gossip.js'
import type { Mesh } from '../network/mesh.js'
import { encodeStoredBlocks } from './block-exchange.js'

/** Votes of the next views are on their way until then. */
const BACKUP_AFTER_MS = 250

export function announce(mesh: Mesh, self: ValidatorId, committed: readonly CommittedBlock[]): void {
  const last = committed.at(-1)
  if (last === undefined) return
  const { header, hash } = last.block
  if (header.proposer === self) {
    const blocks = encodeStoredBlocks(committed)
    return gossip(mesh, 'commits', encodeAnnouncement({ height: header.height, blockHash: hash, blocks: blocks.length <= MAX_ANNOUNCED_BYTES ? blocks : undefined }))
  }
  setTimeout(() => gossip(mesh, 'commits', encodeAnnouncement({ height: header.height, blockHash: hash, blocks: undefined })), BACKUP_AFTER_MS).unref()
}
