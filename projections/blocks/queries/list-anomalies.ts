/** A page of anomalies that match a filter, newest publication first. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import type { RejectCode } from '../../../domain/reject-codes.js'
import { below, readKeysetPage, type Condition, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import { ANOMALY_VIEW_COLUMNS, anomalyViewOf, type AnomalyRecord, type AnomalyView } from './anomaly-view.js'

/** Why time ran out, by how far the anomaly had come. */
export const LAPSE_REASONS = ['NOT_ADMITTED', 'NOT_COMMITTED'] as const
export type LapseReason = (typeof LAPSE_REASONS)[number]

export type AnomalyFilter = {
  readonly state?: LifecycleState
  readonly type?: string
  readonly minSeverity?: number
  /** Raw public key, hex. */
  readonly producerId?: string
  readonly source?: string
  /** What the detector accuses, from the calibration rows. */
  readonly sourceAddress?: string
  /** Why it was refused, timed out or expired. */
  readonly reason?: RejectCode | LapseReason
  /** Published at or after. */
  readonly since?: Date
  /** Published before. */
  readonly until?: Date
}

/** @param before only those published below this position of the log */
export async function listAnomalies(sql: SqlRunner, filter: AnomalyFilter, page: KeysetPage, before?: number): Promise<AnomalyView[]> {
  const rows = await readKeysetPage<AnomalyRecord>(sql, 'anomalies', ANOMALY_VIEW_COLUMNS, 'published_position', page, [...conditionsOf(filter), ...below('published_position', before)])
  return rows.map(anomalyViewOf)
}

function conditionsOf({ state, type, minSeverity, producerId, source, sourceAddress, reason, since, until }: AnomalyFilter): Condition[] {
  const conditions: Condition[] = []
  const compare = (column: string, operator: string, value: unknown): void => {
    if (value !== undefined) conditions.push({ text: (parameter) => `${column} ${operator} ${parameter(value)}` })
  }
  compare('state', '=', state)
  compare('type', '=', type)
  compare('severity', '>=', minSeverity)
  compare('producer_id', '=', producerId === undefined ? undefined : Buffer.from(producerId, 'hex'))
  compare('source', '=', source)
  compare('published_at', '>=', since)
  compare('published_at', '<', until)
  if (sourceAddress !== undefined) conditions.push({ text: (parameter) => `published_position IN (SELECT log_position FROM calibration_rows WHERE source_address = ${parameter(sourceAddress)})` })
  if (reason !== undefined) conditions.push(withReason(reason))
  return conditions
}

function withReason(reason: RejectCode | LapseReason): Condition {
  switch (reason) {
    case 'NOT_ADMITTED': return { text: () => "state = 'TIMEOUT' AND admitted_at IS NULL" }
    // Expiry waits for the commit alone.
    case 'NOT_COMMITTED': return { text: () => "state IN ('TIMEOUT', 'EXPIRED') AND admitted_at IS NOT NULL" }
    default: return { text: (parameter) => `reject_code = ${parameter(reason)} AND state = 'REJECTED'` }
  }
}
