/**
 * The columns of the data set, the same in every format: name, kind, meaning. One place, from which files, schema.json
 * and docs/export.md follow.
 */
import type { StandingVerdict } from '../../domain/verdict/standing-verdicts.js'
import type { EngineScore } from '../calibration/read-payload.js'
import type { DatasetRow } from './row.js'

export type ColumnKind = 'text' | 'int64' | 'int32' | 'double' | 'boolean' | 'time' | 'features' | 'engines' | 'verdicts'
export type ColumnValue = string | number | boolean | null | DatasetRow['features'] | Readonly<Record<string, EngineScore>> | readonly StandingVerdict[]

export type DatasetColumn = {
  readonly name: string
  readonly kind: ColumnKind
  readonly isNullable: boolean
  readonly meaning: string
  readonly value: (row: DatasetRow) => ColumnValue
}

const column = (name: string, kind: ColumnKind, value: DatasetColumn['value'], meaning: string): DatasetColumn => ({ name, kind, isNullable: false, meaning, value })
const nullable = (name: string, kind: ColumnKind, value: DatasetColumn['value'], meaning: string): DatasetColumn => ({ name, kind, isNullable: true, meaning, value })

export const COLUMNS: readonly DatasetColumn[] = [
  column('anomaly_id', 'text', (row) => row.anomalyId, 'UUID of the anomaly, the same everywhere'),
  column('log_position', 'int64', (row) => row.position, 'place of its publication in the event log, and index of its leaf in the audit tree'),
  column('updated_position', 'int64', (row) => row.updatedPosition, 'place of the last event that this row tells of'),
  column('published_at', 'time', (row) => row.publishedAt, 'when the recorder wrote it down; splits go by this time'),
  nullable('detected_at', 'time', (row) => row.detectedAt, 'when the detector says that it saw it'),
  nullable('label', 'text', (row) => row.label, 'true_positive, false_positive or benign: what most analysts say; null without verdicts and in a tie. The only truth in this data'),
  column('verdicts', 'verdicts', (row) => row.verdicts, 'the verdicts that stand: report, public key of the analyst, verdict, time'),
  nullable('raw_score', 'double', (row) => row.rawScore, 'score of the ensemble before calibration'),
  nullable('calibrated_score', 'double', (row) => row.calibratedScore, 'score after calibration, where the detector had one'),
  nullable('log_likelihood_ratio', 'double', (row) => row.logLikelihoodRatio, 'of the ensemble'),
  nullable('confidence', 'double', (row) => row.confidence, 'how sure the detector says it is, 0 to 1'),
  nullable('severity', 'int64', (row) => row.severity, '0 to 10'),
  nullable('anomaly_type', 'text', (row) => row.type, 'kind of attack that the detector names'),
  nullable('model_version', 'text', (row) => row.modelVersion, 'of the detector'),
  nullable('model_hash', 'text', (row) => row.modelHash, 'SHA-256 of the model, hex'),
  column('decision', 'text', (row) => row.decision, 'why it was sent: publish, or another word of the detector such as sample'),
  column('features', 'features', (row) => row.features, 'name and value of every feature'),
  column('feature_count', 'int32', (row) => row.featureCount, 'how many there were, also where they were too many to be kept'),
  column('engine_scores', 'engines', (row) => row.engineScores, 'engine, its score, the threshold it needed, whether it fired'),
  nullable('outcome', 'text', (row) => row.outcome, 'how its lifecycle ended: COMMITTED, REJECTED, TIMEOUT or EXPIRED; null in flight. Never a label'),
  nullable('reason_code', 'text', (row) => row.reason, 'why it ended so, such as REPLAY or SKEW: about the message, not about the traffic. Never a label'),
  nullable('admitted_at', 'time', (row) => row.admittedAt, 'when a validator said that it is admissible'),
  nullable('settled_at', 'time', (row) => row.settledAt, 'when its lifecycle ended'),
  nullable('block_height', 'int64', (row) => row.blockHeight, 'block that carries it'),
  nullable('tx_index', 'int32', (row) => row.txIndex, 'place in that block'),
  nullable('tx_hash', 'text', (row) => row.txHash, 'of its transaction, hex'),
  column('authentic', 'boolean', (row) => row.authentic, 'whether an allow-listed producer signed it; where false all it says is a stranger\'s word'),
  nullable('producer_id', 'text', (row) => row.producerId, 'public key of the producer, hex'),
  nullable('source', 'text', (row) => row.source, 'name that the detector gives itself'),
  nullable('sign_scheme', 'text', (row) => row.signScheme, 'v1 or v2'),
  column('message_hash', 'text', (row) => row.messageHash, 'SHA-256 of the message, hex'),
  nullable('content_hash', 'text', (row) => row.contentHash, 'SHA-256 of its payload, hex'),
  nullable('source_address', 'text', (row) => row.sourceAddress, 'who sent the traffic, where it was one; anonymised, kept or dropped as the manifest says'),
  nullable('target_address', 'text', (row) => row.targetAddress, 'who it was sent to; likewise'),
]

export const FEATURE_PREFIX = 'feature_'

/** A column for each of these features, for whoever wants a matrix. */
export const featureColumns = (names: readonly string[]): readonly DatasetColumn[] =>
  names.map((name) => nullable(`${FEATURE_PREFIX}${name}`, 'double', (row) => row.features[name] ?? null, 'this feature; null where the detector gave none'))

/** Features that get a column of their own. */
export const MOST_FEATURE_COLUMNS = 512

export type FeatureNames = {
  /** Of an authentic row: a stranger makes no columns. */
  see(features: DatasetRow['features']): void
  chosen(): readonly string[]
}

/** Those that most rows have, in the order of their names. */
export function createFeatureNames(): FeatureNames {
  const counts = new Map<string, number>()
  return {
    see(features) {
      for (const name of Object.keys(features)) {
        const count = counts.get(name)
        if (count !== undefined || counts.size < MOST_NAMES) counts.set(name, (count ?? 0) + 1)
      }
    },
    chosen: () => [...counts].sort(([a, m], [b, n]) => n - m || order(a, b)).slice(0, MOST_FEATURE_COLUMNS).map(([name]) => name).sort(order),
  }
}

/** Names counted: a bound on memory. */
const MOST_NAMES = 16_384

/** By code units: the same on every machine. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
