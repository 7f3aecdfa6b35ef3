/**
 * Everything that must hold of a block before it enters the tree or gets a vote. `checkLink` and `executeAndCompare`
 * hold for every block for ever; `checkForVote` also asks the clock and every signature, and only applies to votes:
 * a block that a quorum certified is not judged again by its age.
 */
import { isConsistent, type Block } from '../../domain/block.js'
import type { ExecutionResult, StateNodes } from '../../domain/execution/types.js'
import type { Limits } from '../../domain/genesis.js'
import type { ChainId, UnixMillis, ValidatorId } from '../../domain/ids.js'
import type { BlockPlace } from '../../domain/policy/read-rules.js'
import type { CheckTransaction, Execute } from './ports.js'

export type BlockFault =
  | 'wrong-chain' | 'content-not-bound' | 'parent-mismatch' | 'height-gap' | 'view-not-above-parent' | 'time-before-parent'
  | 'not-the-leader' | 'wrong-failed-leaders' | 'too-many-transactions' | 'too-large' | 'state-root-differs' | 'receipts-root-differs'
  | 'time-not-now' | 'transaction-twice' | `transaction-${string}`

export type BlockCheck = { readonly ok: true } | { readonly ok: false; readonly fault: BlockFault }

const OK: BlockCheck = { ok: true }
const fault = (reason: BlockFault): { readonly ok: false; readonly fault: BlockFault } => ({ ok: false, fault: reason })

/** How far a block's time may be from the voter's clock. */
export const MAX_BLOCK_DRIFT_MS = 30_000

export function checkLink(block: Block, parent: Block, chainId: ChainId): BlockCheck {
  const { header, justify } = block
  if (header.chainId !== chainId) return fault('wrong-chain')
  if (!isConsistent(block)) return fault('content-not-bound')
  if (header.parentHash !== parent.hash || justify.data.blockHash !== parent.hash) return fault('parent-mismatch')
  if (justify.data.view !== parent.header.view || justify.data.height !== parent.header.height) return fault('parent-mismatch')
  if (header.height !== parent.header.height + 1) return fault('height-gap')
  if (header.view <= parent.header.view) return fault('view-not-above-parent')
  if (header.timestamp < parent.header.timestamp) return fault('time-before-parent')
  return OK
}

/**
 * @param leader of the block's view, elected from the state after its parent
 * @param failed leaders of the views that passed between the two
 */
export function checkElection({ header }: Block, leader: ValidatorId, failed: readonly ValidatorId[]): BlockCheck {
  if (header.proposer !== leader) return fault('not-the-leader')
  const isSame = header.failedLeaders.length === failed.length && header.failedLeaders.every((id, i) => id === failed[i])
  return isSame ? OK : fault('wrong-failed-leaders')
}

export type ExecutedBlock = { readonly ok: true; readonly execution: ExecutionResult } | { readonly ok: false; readonly fault: BlockFault }

/** Executes on the parent's state and compares both roots with what the block claims. */
export function executeAndCompare(block: Block, parent: Block, nodes: StateNodes, execute: Execute): ExecutedBlock {
  const { height, timestamp, stateRoot, receiptsRoot, view, proposer, failedLeaders } = block.header
  const turn = { view, proposer, failedLeaders, justify: block.justify }
  const execution = execute({ nodes, parentRoot: parent.header.stateRoot, height, timestamp, turn, transactions: block.transactions })
  if (execution.stateRoot !== stateRoot) return fault('state-root-differs')
  if (execution.receiptsRoot !== receiptsRoot) return fault('receipts-root-differs')
  return { ok: true, execution }
}

export type VoteRules = {
  readonly limits: Limits
  readonly checkTransaction: CheckTransaction
  readonly now: UnixMillis
  /** State after the block's parent. */
  readonly parent: Pick<BlockPlace, 'parentRoot' | 'nodes'>
}

export function checkForVote(block: Block, rules: VoteRules): BlockCheck {
  const { transactions, header } = block
  if (Math.abs(header.timestamp - rules.now) > MAX_BLOCK_DRIFT_MS) return fault('time-not-now')
  if (transactions.length > rules.limits.blockTxs) return fault('too-many-transactions')
  const sizeBytes = transactions.reduce((sum, tx) => sum + tx.bytes.length, 0)
  if (sizeBytes > rules.limits.blockBytes) return fault('too-large')
  const place: BlockPlace = { ...rules.parent, height: header.height }
  const seen = new Set<string>()
  for (const tx of transactions) {
    if (seen.has(tx.id)) return fault('transaction-twice')
    seen.add(tx.id)
    const check = rules.checkTransaction(tx, header.timestamp, place)
    if (!check.ok) return fault(`transaction-${check.code}`)
  }
  return OK
}
