/** An anomaly as readers see it, and the columns it is read from. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import { hexOf, numberOf } from '../../sql/values.js'

export type AnomalyView = {
  readonly id: string
  readonly claimedId: string | null
  readonly authentic: boolean
  readonly state: LifecycleState
  readonly type: string | null
  readonly source: string | null
  readonly severity: number | null
  readonly confidence: number | null
  readonly producerId: string | null
  readonly modelVersion: string | null
  readonly contentHash: string | null
  readonly messageHash: string
  readonly publishedAt: Date
  readonly admittedAt: Date | null
  readonly committedAt: Date | null
  readonly rejectedAt: Date | null
  readonly timeoutAt: Date | null
  readonly expiredAt: Date | null
  readonly settledAt: Date | null
  readonly admittedBy: string | null
  readonly admittedValidator: string | null
  readonly rejectedBy: string | null
  readonly rejectedValidators: readonly string[] | null
  readonly rejectCode: string | null
  readonly waitedMs: number | null
  readonly blockHeight: number | null
  readonly txIndex: number | null
  readonly txHash: string | null
  /** Position of its publication: the order of all lists. */
  readonly position: number
  /** Position of the newest event of its life. */
  readonly updatedPosition: number
}

export type AnomalyRecord = {
  anomaly_id: string; claimed_id: string | null; authentic: boolean; state: LifecycleState; type: string | null; source: string | null
  severity: number | null; confidence: number | null; producer_id: Buffer | null; model_version: string | null; content_hash: Buffer | null
  message_hash: Buffer; published_at: Date; admitted_at: Date | null; committed_at: Date | null; rejected_at: Date | null
  timeout_at: Date | null; expired_at: Date | null; settled_at: Date | null; admitted_by: string | null; admitted_validator: Buffer | null
  rejected_by: string | null; rejected_validators: string[] | null; reject_code: string | null; waited_ms: string | null
  block_height: string | null; tx_index: number | null; tx_hash: Buffer | null; published_position: string; updated_position: string
}

export const ANOMALY_VIEW_COLUMNS = `anomaly_id, claimed_id, authentic, state, type, source, severity, confidence, producer_id, model_version,
  content_hash, message_hash, published_at, admitted_at, committed_at, rejected_at, timeout_at, expired_at, settled_at, admitted_by,
  admitted_validator, rejected_by, rejected_validators, reject_code, waited_ms, block_height, tx_index, tx_hash, published_position, updated_position`

export const anomalyViewOf = (row: AnomalyRecord): AnomalyView => ({
  id: row.anomaly_id, claimedId: row.claimed_id, authentic: row.authentic, state: row.state, type: row.type, source: row.source,
  severity: row.severity, confidence: row.confidence, producerId: hexOf(row.producer_id), modelVersion: row.model_version,
  contentHash: hexOf(row.content_hash), messageHash: row.message_hash.toString('hex'), publishedAt: row.published_at,
  admittedAt: row.admitted_at, committedAt: row.committed_at, rejectedAt: row.rejected_at, timeoutAt: row.timeout_at,
  expiredAt: row.expired_at, settledAt: row.settled_at, admittedBy: row.admitted_by, admittedValidator: hexOf(row.admitted_validator),
  rejectedBy: row.rejected_by, rejectedValidators: row.rejected_validators, rejectCode: row.reject_code, waitedMs: numberOf(row.waited_ms),
  blockHeight: numberOf(row.block_height), txIndex: row.tx_index, txHash: hexOf(row.tx_hash), position: Number(row.published_position), updatedPosition: Number(row.updated_position),
})
