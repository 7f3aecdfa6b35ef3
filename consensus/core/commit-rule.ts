/**
 * The 2-chain commit rule: a certificate for B1 commits B0 when B0 is B1's parent AND their views are consecutive.
 * Views, never heights: with heights alone two quorums can each finish a different block (the predecessor's fork).
 */
import type { VoteData } from '../../domain/certificate.js'
import type { Block } from '../../domain/block.js'

/** What a vote for `block` must say. @param parent the block its certificate certifies */
export function voteDataFor(block: Block, parent: Block): VoteData {
  const { epoch, view, height } = block.header
  const parentView = parent.header.view
  const commit = commitsParent(block, parent) ? { hash: parent.hash, height: parent.header.height } : undefined
  return { epoch, view, height, blockHash: block.hash, parentView, commit }
}

export function commitsParent(block: Block, parent: Block): boolean {
  return block.header.parentHash === parent.hash && parent.header.view + 1 === block.header.view
}
