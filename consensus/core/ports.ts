/** What the core needs from outside as plain synchronous functions: no I/O happens behind any of them. */
import type { TransactionVerdict } from '../../domain/execution/check-transaction.js'
import type { ExecutionInput, ExecutionResult } from '../../domain/execution/types.js'
import type { TxId, UnixMillis } from '../../domain/ids.js'
import type { BlockPlace } from '../../domain/policy/read-rules.js'
import type { Transaction } from '../../domain/transaction.js'

export type PayloadLimits = { readonly maxCount: number; readonly maxBytes: number; readonly blockTime: UnixMillis }

/** Transactions waiting to be proposed. */
export type TxPool = {
  /** Whether a transaction waits that is not in `exclude` (those of uncommitted ancestors). */
  hasWork(exclude: ReadonlySet<TxId>): boolean
  /** Oldest first, valid at `blockTime`, none in `exclude`. Leaves the pool as it is. */
  select(exclude: ReadonlySet<TxId>, limits: PayloadLimits): readonly Transaction[]
}

export type TransactionCheck = TransactionVerdict

/**
 * The part of validity that needs no more of the state than the rules in force: signature, hash, size, allow-list, claimed
 * score, time against the block time.
 */
export type CheckTransaction = (tx: Transaction, blockTime: UnixMillis, place: BlockPlace) => TransactionCheck

export type Execute = (input: Omit<ExecutionInput, 'genesis'>) => ExecutionResult
