/**
 * Tells followers of a commit. The proposer of the last block sends the blocks along at once; the others say a word a
 * moment later, for followers that did not hear the proposer, when no vote is waiting for the processor any more. One word
 * of the newest block is enough for all that became final meanwhile: who follows asks for what lies below.
 */
import type { ValidatorId } from '../../domain/ids.js'
import type { CommittedBlock } from '../core/protocol.js'
import { encodeAnnouncement, gossip, MAX_ANNOUNCED_BYTES } from '../network/gossip.js'
import type { Mesh } from '../network/mesh.js'
import { encodeStoredBlocks } from './block-exchange.js'

export type Announcer = { announce(committed: readonly CommittedBlock[]): void; close(): void }

/** Votes of the next views are on their way until then. */
const BACKUP_AFTER_MS = 250

export function createAnnouncer(mesh: Mesh, self: ValidatorId): Announcer {
  let newest: CommittedBlock['block'] | undefined
  let timer: NodeJS.Timeout | undefined

  const saySo = (): void => {
    timer = undefined
    if (newest !== undefined) gossip(mesh, 'commits', encodeAnnouncement({ height: newest.header.height, blockHash: newest.hash, blocks: undefined }))
  }

  return {
    announce(committed) {
      newest = committed.at(-1)?.block ?? newest
      if (newest === undefined) return
      if (newest.header.proposer !== self) {
        timer ??= setTimeout(saySo, BACKUP_AFTER_MS).unref()
        return
      }
      const blocks = encodeStoredBlocks(committed)
      gossip(mesh, 'commits', encodeAnnouncement({ height: newest.header.height, blockHash: newest.hash, blocks: blocks.length <= MAX_ANNOUNCED_BYTES ? blocks : undefined }))
    },
    close: () => clearTimeout(timer),
  }
}
