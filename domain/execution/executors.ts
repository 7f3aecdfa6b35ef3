/** Which kinds of transaction can be executed. A new kind is one more entry here. */
import type { ValidatorSet } from '../genesis.js'
import type { Height, UnixMillis, View } from '../ids.js'
import type { RulesInForce } from '../policy/rules-at.js'
import type { RejectCode } from '../reject-codes.js'
import type { Transaction, TxKind } from '../transaction.js'
import type { StateDraft } from './draft.js'
import { executeAnomaly } from './execute-anomaly.js'
import { executeEvidence } from './execute-evidence.js'
import { executePolicy } from './execute-policy.js'
import { executeReport } from './execute-report.js'

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

const EXECUTORS: ReadonlyMap<TxKind, TransactionExecutor> = new Map([['event', executeAnomaly], ['evidence', executeEvidence], ['policy', executePolicy], ['report', executeReport]])

/** A kind without an executor fails; it never voids the block that carries it. */
const refuseKind: TransactionExecutor = () => 'MALFORMED'

export const executorOf = (kind: TxKind): TransactionExecutor => EXECUTORS.get(kind) ?? refuseKind
