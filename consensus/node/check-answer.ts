/**
 * Whether an answer to «what leads to this block» is one that an honest peer gives: a chain of blocks, each named by
 * the next one's certificate, from no lower than what was asked. Nothing here makes a block true: the core checks each
 * one again. It tells a liar from a peer that has less than we hoped, so that only the liar is blamed.
 */
import type { Block } from '../../domain/block.js'
import type { QuorumCertificate } from '../../domain/certificate.js'
import type { BlockHash, Height } from '../../domain/ids.js'

export type AnswerFault = 'not-linked' | 'not-asked-for' | 'forged-certificate'

/** The cheap part: how the blocks hang together. An empty answer, or one that starts too high, is no lie. */
export function checkShape(blocks: readonly Block[], target: BlockHash, fromHeight: Height): AnswerFault | undefined {
  const [first] = blocks
  if (first === undefined) return undefined
  if (first.header.height < fromHeight) return 'not-asked-for'
  for (const [i, block] of blocks.entries()) {
    const parent = blocks[i - 1]
    if (parent === undefined) continue
    if (block.header.parentHash !== parent.hash || block.header.height !== parent.header.height + 1) return 'not-linked'
    if (block.justify.data.blockHash !== parent.hash) return 'not-linked'
  }
  // A block is sent alone only where it is the one that was asked for: no certificate in the answer speaks for it.
  if (blocks.length === 1 && first.hash !== target) return 'not-asked-for'
  return undefined
}

/** The certificates that the answer stands on, each once. */
export const certificatesIn = (blocks: readonly Block[]): readonly QuorumCertificate[] => blocks.map(({ justify }) => justify)
