/** Reports by the id of their message, in one query; of several with one id the one that was accepted, or the last. */
import type { SqlRunner } from '../../sql/statement.js'
import { REPORT_VIEW_COLUMNS, reportViewOf, type ReportRecord, type ReportView } from './report-view.js'

export async function findReportsById(sql: SqlRunner, ids: readonly string[]): Promise<Map<string, ReportView>> {
  const { rows } = await sql.query<ReportRecord>(
    `SELECT ${REPORT_VIEW_COLUMNS} FROM reports WHERE report_id = ANY($1::uuid[]) ORDER BY CASE WHEN status = 'success' THEN 1 ELSE 0 END, log_position`, [ids])
  return new Map(rows.map(reportViewOf).map((report) => [report.reportId, report]))
}
