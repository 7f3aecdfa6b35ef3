/** Writes the reports of a batch, whatever execution made of them. The evidence itself stays in the event log. */
import { eventTime } from '../../lives/times.js'
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { bytesOfHex, plainText, timeOfSeconds } from '../../sql/values.js'
import type { PlacedReport } from '../projection.js'

const COLUMNS: readonly Column<PlacedReport>[] = [
  { name: 'log_position', type: 'int8', value: ({ position }) => position },
  { name: 'report_id', type: 'uuid', value: ({ report }) => report.reportId },
  { name: 'evidence_type', type: 'text', value: ({ report }) => plainText(report.evidenceType) },
  { name: 'reporter_id', type: 'bytea', value: ({ report }) => bytesOfHex(report.reporterId) },
  { name: 'sign_scheme', type: 'text', value: ({ report }) => report.signScheme },
  { name: 'content_hash', type: 'bytea', value: ({ report }) => bytesOfHex(report.contentHash) },
  { name: 'message_hash', type: 'bytea', value: ({ report }) => bytesOfHex(report.messageHash) },
  { name: 'proof_bytes', type: 'int8', value: ({ report }) => report.proofBytes },
  { name: 'refs', type: 'jsonb', value: ({ report }) => JSON.stringify(report.refs) },
  { name: 'custody_chain', type: 'jsonb', value: ({ report }) => custodyJson(report) },
  { name: 'verdict', type: 'text', value: ({ report }) => report.verdict?.verdict },
  { name: 'verdict_anomaly_id', type: 'uuid', value: ({ report }) => report.verdict?.anomalyId },
  { name: 'incident_id', type: 'text', value: ({ report }) => plainText(report.verdict?.incidentId ?? null) },
  { name: 'duplicate_of', type: 'uuid', value: ({ report }) => report.verdict?.duplicateOf },
  { name: 'notes', type: 'text', value: ({ report }) => plainText(report.verdict?.notes ?? null) },
  { name: 'supersedes', type: 'uuid', value: ({ report }) => report.verdict?.supersedes },
  { name: 'status', type: 'text', value: ({ report }) => (report.outcome.kind === 'applied' ? 'success' : 'failed') },
  { name: 'code', type: 'text', value: ({ report }) => (report.outcome.kind === 'applied' ? null : report.outcome.code) },
  { name: 'reported_at', type: 'timestamptz', value: ({ report }) => timeOfSeconds(report.reportedAtSeconds) },
  { name: 'recorded_at', type: 'timestamptz', value: ({ report }) => eventTime(report.at) },
  { name: 'block_height', type: 'int8', value: ({ report }) => report.placement.height },
  { name: 'tx_index', type: 'int4', value: ({ report }) => report.placement.txIndex },
  { name: 'tx_hash', type: 'bytea', value: ({ report }) => bytesOfHex(report.placement.txId) },
]

/** Who held the evidence, in order, and when each handed it on. */
export const custodyJson = ({ custody }: PlacedReport['report']): string =>
  JSON.stringify(custody.map(({ actorId, atSeconds }) => ({ actor: actorId, at: timeOfSeconds(atSeconds) })))

export const insertReports = (reports: readonly PlacedReport[]): SqlStatement[] => insertRows('reports', COLUMNS, reports, '(log_position) DO NOTHING')
