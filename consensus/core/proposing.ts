/** The leader's turn: build on the highest certified block, with what waits, or with nothing when that finishes work. */
import { createBlock, type Block } from '../../domain/block.js'
import type { ExecutionResult } from '../../domain/execution/types.js'
import { asHeight, asMillis } from '../../domain/ids.js'
import { txIdsBefore, type TreeBlock } from './block-tree.js'
import { emit, isEntryProof, type Core } from './core-state.js'
import { failedLeaders, leaderAfter } from './election.js'
import { gather, gatheringMs } from './gathering.js'
import { maySign } from './joining.js'
import { signProposal } from './safety-rules.js'
import { proposalKey, voteFor } from './voting.js'

/** @returns whether a proposal was made, which may have opened the next view */
export function proposeIfLeader(core: Core): boolean {
  const { config, record, view, tree } = core
  if (!maySign(core) || record.lastProposedView >= view || record.lastVotedView >= view) return false
  const parent = tree.get(record.highQc.data.blockHash)
  if (parent === undefined || leaderAfter(core, parent, view) !== config.self) return false
  const lastTc = record.highQc.data.view + 1 === view ? undefined : record.highTc
  if (!isEntryProof(view, record.highQc.data.view, lastTc)) return false
  const built = buildBlock(core, parent)
  if (built === undefined) return false
  const signed = signProposal(core.safety, record, built.block, lastTc)
  if (!signed.ok) return false
  core.record = signed.record
  tree.add(built.block, built.execution)
  core.proposals.set(proposalKey(view, config.self), { view, hash: built.block.hash, signature: signed.value.signature, isDouble: false })
  core.proposalInView = true
  // The record written with the vote holds the proposal too: one write for both.
  if (!voteFor(core, built.block, lastTc, config.self)) emit(core, { type: 'persist-safety', record: signed.record })
  emit(core, { type: 'broadcast', message: { type: 'proposal', proposal: signed.value } })
  return true
}

function buildBlock(core: Core, parent: TreeBlock): { block: Block; execution: ExecutionResult } | undefined {
  const { config, tree } = core
  const finishesWork = tree.pathTo(parent).some(({ block }) => block.transactions.length > 0)
  const waitMs = gatheringMs(core)
  if (waitMs > 0 && !finishesWork) {
    if (config.pool.hasWork(txIdsBefore(tree, parent))) gather(core, waitMs)
    return undefined
  }
  const timestamp = asMillis(Math.max(core.now, parent.block.header.timestamp))
  const limits = { maxCount: core.blockRoom, maxBytes: config.limits.blockBytes, blockTime: timestamp }
  const height = asHeight(parent.block.header.height + 1)
  const place = { height, parentRoot: parent.block.header.stateRoot, nodes: tree.nodesAfter(parent) }
  const transactions = waitMs > 0 ? [] : config.pool
    .select(txIdsBefore(tree, parent), limits)
    // One bad transaction would cost the whole block its votes.
    .filter((tx) => config.checkTransaction(tx, timestamp, place).ok)
  if (transactions.length === 0 && !finishesWork) return undefined
  const turn = { view: core.view, proposer: config.self, failedLeaders: failedLeaders(core, parent, core.view), justify: core.record.highQc }
  const execution = config.execute({ ...place, timestamp, turn, transactions })
  const block = createBlock({
    ...turn, chainId: config.set.chainId, epoch: config.set.epoch, height, parentHash: parent.block.hash,
    receiptsRoot: execution.receiptsRoot, stateRoot: execution.stateRoot, timestamp, transactions,
  })
  return { block, execution }
}
