/**
 * Executes evidence and verdicts: everything but the signatures is checked again, then against the state: the id and the
 * nonce are new, every anomaly it names is committed, and a reporter has one verdict on an anomaly and on an incident.
 * Another one on the same two stands only where it says that it takes the place of the one that stands.
 */
import { bytesToHex } from '../bytes.js'
import type { ProducerId } from '../ids.js'
import { anomalyOfRef } from '../message/anomaly-ref.js'
import { checkUnsignedReportOf } from '../message/check-report.js'
import type { RejectCode } from '../reject-codes.js'
import type { AnalystVerdict } from '../verdict/verdict.js'
import type { StateDraft, StateReader } from './draft.js'
import type { TransactionExecutor } from './executor.js'
import { isNonceUsed } from './nonce-window.js'
import { noteMessage } from './note-message.js'
import { anomalyKey, decodeReportId, encodeAnomalyRecord, encodeReportId, reportKey, verdictOnAnomalyKey, verdictOnIncidentKey } from './state-keys.js'

export const executeReport: TransactionExecutor = (tx, draft, { rules, timestamp }) => {
  const check = checkUnsignedReportOf(tx, timestamp, rules)
  if (!check.ok) return check.code
  const { message, verdict } = check
  const reporter = bytesToHex(message.producerId) as ProducerId
  const sender = `reports/${reporter}` as const
  const second = message.tsSeconds

  if (draft.get(reportKey(message.id)) !== undefined) return 'DUPLICATE'
  if (isNonceUsed(draft, sender, second, message.nonce)) return 'REPLAY'
  if (!message.refs.every((ref) => isKnown(draft, ref))) return 'UNKNOWN_REFERENCE'
  if (verdict !== undefined) {
    const code = verdictFault(draft, reporter, verdict)
    if (code !== undefined) return code
    const standing = encodeReportId(message.id)
    draft.set(verdictOnAnomalyKey(reporter, verdict.anomalyId), standing)
    draft.set(verdictOnIncidentKey(reporter, verdict.incidentId), standing)
  }

  noteMessage(draft, { sender, second, nonce: message.nonce }, timestamp, rules.limits.skewMs)
  draft.set(reportKey(message.id), encodeAnomalyRecord(tx.id, message.contentHash))
  return undefined
}

/** References to other things than anomalies say nothing to the state. */
function isKnown(state: StateReader, ref: Uint8Array): boolean {
  const anomaly = anomalyOfRef(ref)
  return anomaly === undefined || state.get(anomalyKey(anomaly)) !== undefined
}

/** An incident's name is the reporter's own, so that it alone would be no limit: the anomaly counts too. */
function verdictFault(draft: StateDraft, reporter: ProducerId, { anomalyId, incidentId, supersedes }: AnalystVerdict): RejectCode | undefined {
  const standing = [verdictOnAnomalyKey(reporter, anomalyId), verdictOnIncidentKey(reporter, incidentId)].map((key) => {
    const bytes = draft.get(key)
    return bytes === undefined ? undefined : decodeReportId(bytes)
  })
  if (supersedes === undefined) return standing.every((id) => id === undefined) ? undefined : 'DUPLICATE'
  if (standing.some((id) => id === undefined)) return 'UNKNOWN_REFERENCE'
  return standing.every((id) => id === supersedes) ? undefined : 'DUPLICATE'
}
