/**
 * Executes a block. The parent state, the block time and the transactions in order are all that counts; the same
 * inputs give the same bytes everywhere. A bad transaction gets a failure receipt and changes nothing but the count of
 * its producer's failures. Before the transactions the block itself is entered in the standings of leaders.
 */
import { hexToBytes } from '../bytes.js'
import { validatorSetOf, type Genesis, type ValidatorSet } from '../genesis.js'
import type { StateRoot } from '../ids.js'
import { rulesFrom } from '../policy/read-rules.js'
import { keysOfOthers } from '../policy/rules-at.js'
import { applyChanges, changeTree } from '../state/apply-changes.js'
import { findValue } from '../state/get-value.js'
import { createLoader, createPaths, EMPTY_STATE, type NodeCache } from '../state/nodes.js'
import type { Transaction } from '../transaction.js'
import { createDraft, keepDraft, type StateDraft } from './draft.js'
import type { ExecutionContext, TransactionExecutor } from './executor.js'
import { executorOf } from './executors.js'
import { countFailure } from './producer-failures.js'
import { noteTurn } from './read-leaders.js'
import { CHAIN_KEY } from './state-keys.js'
import { receiptsRootOf } from './tx-receipt.js'
import type { ExecutionInput, ExecutionResult, StateChanges, TxReceipt } from './types.js'

/**
 * Throws StateNodeError when the parent state is damaged, and for no other reason.
 * @param cache state nodes that outlive the block; its owner may use it for every block of every fork
 */
export function executeBlock({ genesis, nodes, parentRoot, height, timestamp, turn, transactions }: ExecutionInput, cache?: NodeCache): ExecutionResult {
  const load = createLoader(nodes, cache)
  const pathOfKey = createPaths()
  const block = createDraft({ get: (key) => findValue(load, parentRoot, key, pathOfKey(key)) })

  const network = networkOf(genesis)
  // Policies of this very block begin above it, so the parent's state says all.
  const context: ExecutionContext = { ...network, rules: rulesFrom(genesis, block, height), height, timestamp, view: turn.view }
  noteTurn(block, turn, network.set)
  const receipts = transactions.map((tx) => executeTransaction(tx, block, context, executorOf(tx.kind)))

  const { root, puts, deletes } = changeTree(load, parentRoot, block.changes, cache, pathOfKey)
  return { stateRoot: root, receiptsRoot: receiptsRootOf(receipts), receipts, changes: { puts, deletes } }
}

type Network = { readonly othersKeys: ReadonlySet<string>; readonly set: ValidatorSet }

/** What follows from a genesis file is worked out once, not for every block. */
const networks = new WeakMap<Genesis, Network>()

function networkOf(genesis: Genesis): Network {
  const known = networks.get(genesis)
  if (known !== undefined) return known
  const network = { othersKeys: keysOfOthers(genesis), set: validatorSetOf(genesis) }
  networks.set(genesis, network)
  return network
}

/** All or nothing: what a failed transaction wrote is dropped with its draft, and only counted. */
export function executeTransaction(tx: Transaction, block: StateDraft, context: ExecutionContext, execute: TransactionExecutor): TxReceipt {
  const draft = createDraft(block)
  const code = execute(tx, draft, context)
  if (code !== undefined) {
    countFailure(tx, block, context.rules, code)
    return { txId: tx.id, status: 'failed', code }
  }
  keepDraft(draft, block)
  return { txId: tx.id, status: 'success' }
}

/** The state before block 1. */
export function genesisState(genesis: Genesis): { readonly stateRoot: StateRoot; readonly puts: StateChanges['puts'] } {
  const updates = new Map([[CHAIN_KEY, hexToBytes(genesis.chainId)]])
  const { root, puts } = applyChanges({ get: () => undefined }, EMPTY_STATE, updates)
  return { stateRoot: root, puts }
}
