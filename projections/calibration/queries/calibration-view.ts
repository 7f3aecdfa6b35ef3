/** A calibration row as readers see it, and the columns it is read from. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import { hexOf, numberOf } from '../../sql/values.js'
import type { StandingVerdict } from '../../../domain/verdict/standing-verdicts.js'
import type { EngineScore } from '../read-payload.js'

export type CalibrationView = {
  readonly anomalyId: string
  /** Position of the publication in the event log. */
  readonly position: number
  readonly updatedPosition: number
  readonly authentic: boolean
  readonly producerId: string | null
  readonly source: string | null
  readonly signScheme: string | null
  readonly messageHash: string
  readonly contentHash: string | null
  readonly type: string | null
  readonly severity: number | null
  readonly features: Readonly<Record<string, number>>
  readonly featureCount: number
  readonly engineScores: Readonly<Record<string, EngineScore>>
  readonly rawScore: number | null
  readonly logLikelihoodRatio: number | null
  readonly calibratedScore: number | null
  readonly confidence: number | null
  readonly modelVersion: string | null
  readonly modelHash: string | null
  readonly decision: string
  /** Address of what the detector accuses. */
  readonly sourceAddress: string | null
  /** How its lifecycle ended; null while it is in flight. */
  readonly outcome: LifecycleState | null
  readonly reason: string | null
  readonly verdicts: readonly StandingVerdict[]
  /** The truth as verdicts tell it; null without them. */
  readonly label: string | null
  readonly detectedAt: Date | null
  readonly publishedAt: Date
  readonly admittedAt: Date | null
  readonly settledAt: Date | null
  readonly blockHeight: number | null
  readonly txIndex: number | null
  readonly txHash: string | null
}

export type CalibrationRecord = {
  anomaly_id: string; log_position: string; updated_position: string; authentic: boolean; producer_id: Buffer | null; source: string | null; sign_scheme: string | null
  message_hash: Buffer; content_hash: Buffer | null; anomaly_type: string | null; severity: string | null; features: Record<string, number>; feature_count: number
  engine_scores: Record<string, EngineScore>; raw_score: number | null; log_likelihood_ratio: number | null; calibrated_score: number | null; confidence: number | null
  model_version: string | null; model_hash: Buffer | null; decision: string; source_address: string | null; outcome: LifecycleState | null; reason: string | null; verdicts: StandingVerdict[]; label: string | null
  detected_at: Date | null; published_at: Date; admitted_at: Date | null; settled_at: Date | null; block_height: string | null; tx_index: string | null; tx_hash: Buffer | null
}

export const CALIBRATION_VIEW_COLUMNS = `anomaly_id, log_position, updated_position, authentic, producer_id, source, sign_scheme, message_hash, content_hash, anomaly_type, severity,
  features, feature_count, engine_scores, raw_score, log_likelihood_ratio, calibrated_score, confidence, model_version, model_hash, decision, source_address, outcome, reason, verdicts, label,
  detected_at, published_at, admitted_at, settled_at, block_height, tx_index, tx_hash`

export const calibrationViewOf = (row: CalibrationRecord): CalibrationView => ({
  anomalyId: row.anomaly_id, position: Number(row.log_position), updatedPosition: Number(row.updated_position), authentic: row.authentic,
  producerId: hexOf(row.producer_id), source: row.source, signScheme: row.sign_scheme, messageHash: row.message_hash.toString('hex'), contentHash: hexOf(row.content_hash),
  type: row.anomaly_type, severity: numberOf(row.severity), features: row.features, featureCount: row.feature_count, engineScores: row.engine_scores,
  rawScore: row.raw_score, logLikelihoodRatio: row.log_likelihood_ratio, calibratedScore: row.calibrated_score, confidence: row.confidence,
  modelVersion: row.model_version, modelHash: hexOf(row.model_hash), decision: row.decision, sourceAddress: row.source_address, outcome: row.outcome, reason: row.reason, verdicts: row.verdicts, label: row.label,
  detectedAt: row.detected_at, publishedAt: row.published_at, admittedAt: row.admitted_at, settledAt: row.settled_at,
  blockHeight: numberOf(row.block_height), txIndex: numberOf(row.tx_index), txHash: hexOf(row.tx_hash),
})
