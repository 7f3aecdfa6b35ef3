/** A page of anomalies that match a filter, newest publication first. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import { readKeysetPage, type Condition, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import { ANOMALY_VIEW_COLUMNS, anomalyViewOf, type AnomalyRecord, type AnomalyView } from './anomaly-view.js'

export type AnomalyFilter = {
  readonly state?: LifecycleState
  readonly type?: string
  readonly minSeverity?: number
  /** Raw public key, hex. */
  readonly producerId?: string
  /** Published at or after. */
  readonly since?: Date
  /** Published before. */
  readonly until?: Date
}

export async function listAnomalies(sql: SqlRunner, filter: AnomalyFilter, page: KeysetPage): Promise<AnomalyView[]> {
  const rows = await readKeysetPage<AnomalyRecord>(sql, 'anomalies', ANOMALY_VIEW_COLUMNS, 'published_position', page, conditionsOf(filter))
  return rows.map(anomalyViewOf)
}

function conditionsOf({ state, type, minSeverity, producerId, since, until }: AnomalyFilter): Condition[] {
  const conditions: Condition[] = []
  const compare = (column: string, operator: string, value: unknown): void => {
    if (value !== undefined) conditions.push({ text: (parameter) => `${column} ${operator} ${parameter(value)}` })
  }
  compare('state', '=', state)
  compare('type', '=', type)
  compare('severity', '>=', minSeverity)
  compare('producer_id', '=', producerId === undefined ? undefined : Buffer.from(producerId, 'hex'))
  compare('published_at', '>=', since)
  compare('published_at', '<', until)
  return conditions
}
