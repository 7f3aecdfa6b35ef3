/**
 * Executes a block. The parent state, the block time and the transactions in order are all that counts; the same
 * inputs give the same bytes everywhere. A bad transaction gets a failure receipt and changes nothing. Heights and
 * times are not part of the state, so an empty block leaves the root as it was.
 */
import { hexToBytes } from '../bytes.js'
import type { Genesis } from '../genesis.js'
import type { StateRoot } from '../ids.js'
import { rulesOf } from '../message/check-anomaly.js'
import { applyChanges, changeTree } from '../state/apply-changes.js'
import { findValue } from '../state/get-value.js'
import { createLoader, EMPTY_STATE } from '../state/nodes.js'
import type { Transaction } from '../transaction.js'
import { createDraft, keepDraft, type StateDraft } from './draft.js'
import { executorOf, type ExecutionContext, type TransactionExecutor } from './executors.js'
import { CHAIN_KEY } from './state-keys.js'
import { receiptsRootOf } from './tx-receipt.js'
import type { ExecutionInput, ExecutionResult, StateChanges, TxReceipt } from './types.js'

/** Throws StateNodeError when the parent state is damaged, and for no other reason. */
export function executeBlock({ genesis, nodes, parentRoot, timestamp, transactions }: ExecutionInput): ExecutionResult {
  const context = { rules: rulesOf(genesis), timestamp }
  const load = createLoader(nodes)
  const block = createDraft({ get: (key) => findValue(load, parentRoot, key) })

  const receipts = transactions.map((tx) => executeTransaction(tx, block, context, executorOf(tx.kind)))

  const { root, puts, deletes } = changeTree(load, parentRoot, block.changes)
  return { stateRoot: root, receiptsRoot: receiptsRootOf(receipts), receipts, changes: { puts, deletes } }
}

/** All or nothing: what a failed transaction wrote is dropped with its draft. */
export function executeTransaction(tx: Transaction, block: StateDraft, context: ExecutionContext, execute: TransactionExecutor): TxReceipt {
  const draft = createDraft(block)
  const code = execute(tx, draft, context)
  if (code !== undefined) return { txId: tx.id, status: 'failed', code }
  keepDraft(draft, block)
  return { txId: tx.id, status: 'success' }
}

/** The state before block 1. */
export function genesisState(genesis: Genesis): { readonly stateRoot: StateRoot; readonly puts: StateChanges['puts'] } {
  const updates = new Map([[CHAIN_KEY, hexToBytes(genesis.chainId)]])
  const { root, puts } = applyChanges({ get: () => undefined }, EMPTY_STATE, updates)
  return { stateRoot: root, puts }
}
