/** A report as readers see it, and the columns it is read from. */
import type { VerdictKind } from '../../../domain/verdict/verdict.js'

export type ReportView = {
  readonly position: number
  readonly reportId: string
  readonly evidenceType: string
  readonly reporterId: string
  readonly signScheme: string
  readonly contentHash: string
  readonly messageHash: string
  readonly proofBytes: number
  readonly refs: readonly string[]
  /** Who held the evidence, in order; times are RFC 3339. */
  readonly custody: readonly { readonly actor: string; readonly at: string }[]
  readonly verdict: VerdictKind | null
  readonly verdictAnomalyId: string | null
  readonly incidentId: string | null
  readonly duplicateOf: string | null
  readonly notes: string | null
  readonly supersedes: string | null
  readonly supersededBy: string | null
  readonly status: 'success' | 'failed'
  readonly code: string | null
  readonly reportedAt: Date
  readonly recordedAt: Date
  readonly blockHeight: number
  readonly txIndex: number
  readonly txHash: string
}

export type ReportRecord = {
  log_position: string; report_id: string; evidence_type: string; reporter_id: Buffer; sign_scheme: string; content_hash: Buffer; message_hash: Buffer; proof_bytes: string
  refs: string[]; custody_chain: { actor: string; at: string }[]; verdict: VerdictKind | null; verdict_anomaly_id: string | null; incident_id: string | null; duplicate_of: string | null
  notes: string | null; supersedes: string | null; superseded_by: string | null; status: 'success' | 'failed'; code: string | null; reported_at: Date; recorded_at: Date
  block_height: string; tx_index: number; tx_hash: Buffer
}

export const REPORT_VIEW_COLUMNS = `log_position, report_id, evidence_type, reporter_id, sign_scheme, content_hash, message_hash, proof_bytes, refs, custody_chain,
  verdict, verdict_anomaly_id, incident_id, duplicate_of, notes, supersedes, superseded_by, status, code, reported_at, recorded_at, block_height, tx_index, tx_hash`

export const reportViewOf = (row: ReportRecord): ReportView => ({
  position: Number(row.log_position), reportId: row.report_id, evidenceType: row.evidence_type, reporterId: row.reporter_id.toString('hex'), signScheme: row.sign_scheme,
  contentHash: row.content_hash.toString('hex'), messageHash: row.message_hash.toString('hex'), proofBytes: Number(row.proof_bytes), refs: row.refs, custody: row.custody_chain,
  verdict: row.verdict, verdictAnomalyId: row.verdict_anomaly_id, incidentId: row.incident_id, duplicateOf: row.duplicate_of, notes: row.notes,
  supersedes: row.supersedes, supersededBy: row.superseded_by, status: row.status, code: row.code, reportedAt: row.reported_at, recordedAt: row.recorded_at,
  blockHeight: Number(row.block_height), txIndex: row.tx_index, txHash: row.tx_hash.toString('hex'),
})
