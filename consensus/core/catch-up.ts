/**
 * How a node that is behind gets the blocks it lacks. Only blocks that a verified certificate names are asked for, so
 * a liar can waste one request but never put a block into the tree. Catching up never touches the safety record.
 */
import type { Block } from '../../domain/block.js'
import type { BlockHash, ValidatorId } from '../../domain/ids.js'
import { heightOf } from './block-tree.js'
import { commitBy, processQc } from './certificates.js'
import { emit, isValidQc, report, type Core } from './core-state.js'
import { failedLeaders, leaderAfter } from './election.js'
import { ask, nextPeer, requestNewest } from './fetching.js'
import { checkElection, checkLink, executeAndCompare, type BlockFault } from './validate-block.js'

export function onFetchFailed(core: Core, from: ValidatorId, target: BlockHash): void {
  const fetch = core.fetches.get(target)
  if (fetch === undefined || fetch.from !== from) return
  core.fetches.delete(target)
  if (core.tree.get(target) !== undefined) return requestNewest(core, from)
  const next = nextPeer(core, from)
  // Every peer was asked twice: rest until a new message names a certificate we lack.
  if (next !== undefined && fetch.attempts < core.config.set.validators.length * 2) ask(core, target, next, fetch.attempts + 1)
}

export function onBlocks(core: Core, from: ValidatorId, target: BlockHash, blocks: readonly Block[]): void {
  const fetch = core.fetches.get(target)
  if (fetch === undefined || fetch.from !== from) return
  const before = core.tree.head.block.hash
  let added = 0
  for (const [i, block] of blocks.entries()) {
    if (block.header.height <= heightOf(core.tree.head) || core.tree.get(block.hash) !== undefined) continue
    if (!addCertified(core, block, blocks[i + 1], target, from)) break
    added += 1
  }
  for (const block of blocks) {
    if (core.tree.get(block.hash) !== undefined && core.tree.head.block.hash !== block.hash) emit(core, { type: 'persist-block', block })
  }
  // Only new blocks are progress: a peer that repeats old ones must not be asked for ever.
  if (added === 0 && before === core.tree.head.block.hash) return onFetchFailed(core, from, target)
  core.fetches.delete(target)
  if (core.tree.get(target) === undefined) ask(core, target, from, 1)
  if (core.tree.get(target) !== undefined) requestNewest(core, from)
}

/** The next block's certificate, or the target itself, says that a quorum stands behind this block. */
function addCertified(core: Core, block: Block, child: Block | undefined, target: BlockHash, from: ValidatorId): boolean {
  const isNamedByChild = child?.justify.data.blockHash === block.hash && isValidQc(core, child.justify)
  if (block.hash !== target && !isNamedByChild) return false
  if (!isValidQc(core, block.justify)) return false
  const added = addBlock(core, block)
  if (!added.ok) {
    report(core, { kind: 'message-refused', from, message: 'blocks', reason: added.reason })
    if (STATE_FAULTS.has(added.reason)) report(core, { kind: 'safety-alarm', reason: `certified block ${block.header.height}: ${added.reason} here` })
    return false
  }
  if (isNamedByChild) processQc(core, child.justify, from)
  return true
}

/** A quorum executed this block and got another result than we do: our software or our state is wrong. */
const STATE_FAULTS: ReadonlySet<string> = new Set<BlockFault>(['state-root-differs', 'receipts-root-differs', 'not-the-leader', 'wrong-failed-leaders'])

export type AddOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string }

/** Puts a block with a verified certificate of its parent into the tree, executing it. The parent must be there. */
export function addBlock(core: Core, block: Block): AddOutcome {
  if (core.tree.get(block.hash) !== undefined) return { ok: true }
  const parent = core.tree.get(block.header.parentHash)
  if (parent === undefined) return { ok: false, reason: 'parent-unknown' }
  const link = checkLink(block, parent.block, core.config.set.chainId)
  if (!link.ok) return { ok: false, reason: link.fault }
  const { view } = block.header
  const election = checkElection(block, leaderAfter(core, parent, view), failedLeaders(core, parent, view))
  if (!election.ok) return { ok: false, reason: election.fault }
  const executed = executeAndCompare(block, parent.block, core.tree.nodesAfter(parent), core.config.execute)
  if (!executed.ok) return { ok: false, reason: executed.fault }
  core.tree.add(block, executed.execution)
  commitBy(core, block.justify)
  if (core.record.highQc.data.blockHash === block.hash) commitBy(core, core.record.highQc)
  return { ok: true }
}
