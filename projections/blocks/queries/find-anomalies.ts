/** Anomalies by id, in one query. */
import type { SqlRunner } from '../../sql/statement.js'
import { ANOMALY_VIEW_COLUMNS, anomalyViewOf, type AnomalyRecord, type AnomalyView } from './anomaly-view.js'

export async function findAnomalies(sql: SqlRunner, ids: readonly string[]): Promise<Map<string, AnomalyView>> {
  const { rows } = await sql.query<AnomalyRecord>(`SELECT ${ANOMALY_VIEW_COLUMNS} FROM anomalies WHERE anomaly_id = ANY($1::uuid[])`, [ids])
  return new Map(rows.map((row) => [row.anomaly_id, anomalyViewOf(row)]))
}
