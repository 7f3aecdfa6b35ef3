/** The accepted reports that name these anomalies, newest first, in one query; of one anomaly at most as many as a page has. */
import type { SqlRunner } from '../../sql/statement.js'
import { REPORT_VIEW_COLUMNS, reportViewOf, type ReportRecord, type ReportView } from './report-view.js'

export const MOST_REPORTS_OF_ANOMALY = 200

/** Anomaly id -> reports; an anomaly that none names is absent. */
export async function findReports(sql: SqlRunner, anomalyIds: readonly string[]): Promise<Map<string, ReportView[]>> {
  const { rows } = await sql.query<ReportRecord & { anomaly_id: string }>(
    `SELECT anomaly_id, ${REPORT_VIEW_COLUMNS} FROM (
       SELECT anomaly_id, reports.*, row_number() OVER (PARTITION BY anomaly_id ORDER BY reports.log_position DESC) AS place
       FROM report_anomalies JOIN reports USING (log_position) WHERE anomaly_id = ANY($1::uuid[])) AS named
     WHERE place <= ${MOST_REPORTS_OF_ANOMALY} ORDER BY anomaly_id, log_position DESC`, [anomalyIds])
  const found = new Map<string, ReportView[]>()
  for (const row of rows) {
    const view = reportViewOf(row)
    const list = found.get(row.anomaly_id)
    if (list === undefined) found.set(row.anomaly_id, [view])
    else list.push(view)
  }
  return found
}
