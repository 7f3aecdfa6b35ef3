/** Which kinds of transaction can be executed. A new kind is one more entry here. */
import type { ValidatorSet } from '../genesis.js'
import type { UnixMillis, View } from '../ids.js'
import type { AdmissionRules } from '../message/check-anomaly.js'
import type { RejectCode } from '../reject-codes.js'
import type { Transaction, TxKind } from '../transaction.js'
import type { StateDraft } from './draft.js'
import { executeAnomaly } from './execute-anomaly.js'
import { executeEvidence } from './execute-evidence.js'
import { executeReport } from './execute-report.js'

/** What a transaction may look at besides the state. */
export type ExecutionContext = {
  readonly rules: AdmissionRules
  readonly set: ValidatorSet
  readonly timestamp: UnixMillis
  /** View of the block. */
  readonly view: View
}

/** Writes into `draft` and returns undefined, or returns why the transaction failed; then the draft is dropped. */
export type TransactionExecutor = (tx: Transaction, draft: StateDraft, context: ExecutionContext) => RejectCode | undefined

const EXECUTORS: ReadonlyMap<TxKind, TransactionExecutor> = new Map([['event', executeAnomaly], ['evidence', executeEvidence], ['report', executeReport]])

/** A kind without an executor fails; it never voids the block that carries it. */
const refuseKind: TransactionExecutor = () => 'MALFORMED'

export const executorOf = (kind: TxKind): TransactionExecutor => EXECUTORS.get(kind) ?? refuseKind
