/** What execution takes and gives. Deterministic: the same inputs give the same bytes on every machine, for ever. */
import type { QuorumCertificate } from '../certificate.js'
import type { Genesis } from '../genesis.js'
import type { Height, Hex32, StateRoot, TxId, UnixMillis, ValidatorId, View } from '../ids.js'
import type { RejectCode } from '../reject-codes.js'
import type { Transaction } from '../transaction.js'

/** Nodes of the authenticated map by hash (64 hex digits). Synchronous: execution never waits. */
export type StateNodes = { get(hash: string): Uint8Array | undefined }

export type TxReceipt =
  | { readonly txId: TxId; readonly status: 'success' }
  | { readonly txId: TxId; readonly status: 'failed'; readonly code: RejectCode }

/** Nodes a block adds, and nodes of the parent state that no later state needs. */
export type StateChanges = { readonly puts: ReadonlyMap<string, Uint8Array>; readonly deletes: ReadonlySet<string> }

/** What the block says of consensus itself: it decides the standing of leaders. */
export type BlockTurn = {
  readonly view: View
  readonly proposer: ValidatorId
  readonly failedLeaders: readonly ValidatorId[]
  /** Certificate of the parent. */
  readonly justify: QuorumCertificate
}

export type ExecutionInput = {
  readonly genesis: Genesis
  readonly nodes: StateNodes
  readonly parentRoot: StateRoot
  readonly height: Height
  /** Block time: the only clock execution knows. */
  readonly timestamp: UnixMillis
  readonly turn: BlockTurn
  readonly transactions: readonly Transaction[]
}

export type ExecutionResult = {
  readonly stateRoot: StateRoot
  readonly receiptsRoot: Hex32
  readonly receipts: readonly TxReceipt[]
  readonly changes: StateChanges
}
