/** Which kinds of transaction can be executed. A new kind is one more entry here. */
import type { TxKind } from '../transaction.js'
import { executeAnomaly } from './execute-anomaly.js'
import { executeEvidence } from './execute-evidence.js'
import { executePolicy } from './execute-policy.js'
import { executeReport } from './execute-report.js'
import type { TransactionExecutor } from './executor.js'

const EXECUTORS: ReadonlyMap<TxKind, TransactionExecutor> = new Map([['event', executeAnomaly], ['evidence', executeEvidence], ['policy', executePolicy], ['report', executeReport]])

/** A kind without an executor fails; it never voids the block that carries it. */
const refuseKind: TransactionExecutor = () => 'MALFORMED'

export const executorOf = (kind: TxKind): TransactionExecutor => EXECUTORS.get(kind) ?? refuseKind
