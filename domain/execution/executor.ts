/** What executes one kind of transaction: a function of the state, of the rules at its height and of the block. */
import type { ValidatorSet } from '../genesis.js'
import type { Height, UnixMillis, View } from '../ids.js'
import type { RulesInForce } from '../policy/rules-at.js'
import type { RejectCode } from '../reject-codes.js'
import type { Transaction } from '../transaction.js'
import type { StateDraft } from './draft.js'

/** What a transaction may look at besides the state. */
export type ExecutionContext = {
  /** In force at this height, as the parent's state says. */
  readonly rules: RulesInForce
  /** Keys that have another role than a producer's. */
  readonly othersKeys: ReadonlySet<string>
  readonly set: ValidatorSet
  readonly timestamp: UnixMillis
  readonly height: Height
  /** View of the block. */
  readonly view: View
}

/** Writes into `draft` and returns undefined, or returns why the transaction failed; then the draft is dropped. */
export type TransactionExecutor = (tx: Transaction, draft: StateDraft, context: ExecutionContext) => RejectCode | undefined
