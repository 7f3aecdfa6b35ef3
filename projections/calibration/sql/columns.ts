/** The columns of calibration_rows: those of the publication, and those of what came after. */
import type { Column } from '../../sql/bulk.js'
import { eventTime } from '../../lives/times.js'
import { bytesOfHex, plainText, timeOfSeconds } from '../../sql/values.js'
import type { PayloadFacts } from '../read-payload.js'
import type { CalibrationInsert, LaterFacts } from '../row-changes.js'

export const LATER_COLUMNS: readonly Column<LaterFacts>[] = [
  { name: 'updated_position', type: 'int8', value: (row) => row.updatedPosition },
  { name: 'outcome', type: 'text', value: (row) => row.outcome },
  { name: 'reason', type: 'text', value: (row) => row.reason },
  { name: 'admitted_at', type: 'timestamptz', value: (row) => eventTime(row.admittedAt) },
  { name: 'settled_at', type: 'timestamptz', value: (row) => eventTime(row.settledAt) },
  { name: 'block_height', type: 'int8', value: (row) => row.placement?.height },
  { name: 'tx_index', type: 'int8', value: (row) => row.placement?.txIndex },
  { name: 'tx_hash', type: 'bytea', value: (row) => bytesOfHex(row.placement?.txId) },
  { name: 'label', type: 'text', value: (row) => row.judged?.label },
]

export type InsertRow = CalibrationInsert & { readonly facts: PayloadFacts }

export const INSERT_COLUMNS: readonly Column<InsertRow>[] = [
  { name: 'anomaly_id', type: 'uuid', value: ({ published }) => published.anomalyId },
  { name: 'log_position', type: 'int8', value: ({ position }) => position },
  { name: 'authentic', type: 'bool', value: ({ published }) => published.authentic },
  { name: 'producer_id', type: 'bytea', value: ({ published }) => bytesOfHex(published.producerId) },
  { name: 'source', type: 'text', value: ({ published }) => plainText(published.source) },
  { name: 'sign_scheme', type: 'text', value: ({ published }) => published.signScheme },
  { name: 'message_hash', type: 'bytea', value: ({ published }) => bytesOfHex(published.messageHash) },
  { name: 'content_hash', type: 'bytea', value: ({ published }) => bytesOfHex(published.contentHash) },
  { name: 'anomaly_type', type: 'text', value: ({ published }) => plainText(published.anomalyType) },
  { name: 'severity', type: 'int8', value: ({ published }) => published.severity },
  { name: 'features', type: 'jsonb', value: ({ facts }) => JSON.stringify(facts.features) },
  { name: 'feature_count', type: 'int4', value: ({ facts }) => facts.featureCount },
  { name: 'engine_scores', type: 'jsonb', value: ({ facts }) => JSON.stringify(facts.engineScores) },
  { name: 'raw_score', type: 'float8', value: ({ facts }) => facts.rawScore },
  { name: 'log_likelihood_ratio', type: 'float8', value: ({ facts }) => facts.logLikelihoodRatio },
  { name: 'calibrated_score', type: 'float8', value: ({ facts }) => facts.calibratedScore },
  { name: 'confidence', type: 'float8', value: ({ published }) => published.confidence },
  { name: 'model_version', type: 'text', value: ({ published }) => plainText(published.modelVersion) },
  { name: 'model_hash', type: 'bytea', value: ({ facts }) => bytesOfHex(facts.modelHash) },
  { name: 'source_address', type: 'text', value: ({ facts }) => facts.sourceAddress },
  { name: 'decision', type: 'text', value: ({ facts }) => facts.decision },
  { name: 'verdicts', type: 'jsonb', value: ({ judged }) => JSON.stringify(judged?.verdicts ?? []) },
  { name: 'detected_at', type: 'timestamptz', value: ({ published }) => timeOfSeconds(published.detectedAtSeconds) },
  { name: 'published_at', type: 'timestamptz', value: ({ published }) => eventTime(published.at) },
  ...LATER_COLUMNS,
]
