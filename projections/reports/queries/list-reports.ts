/** Reports that blocks carried, newest first: all of them, or those that name an anomaly. */
import { below, readKeysetPage, type Condition, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import { REPORT_VIEW_COLUMNS, reportViewOf, type ReportRecord, type ReportView } from './report-view.js'

export type ReportFilter = {
  /** Only reports that name this anomaly and were accepted. */
  readonly anomalyId?: string
  readonly evidenceType?: string
  /** Public key, hex. */
  readonly reporterId?: string
}

export async function listReports(sql: SqlRunner, { anomalyId, evidenceType, reporterId }: ReportFilter, page: KeysetPage, before?: number): Promise<ReportView[]> {
  const conditions: Condition[] = [...below('log_position', before)]
  if (anomalyId !== undefined) conditions.push({ text: (parameter) => `log_position IN (SELECT log_position FROM report_anomalies WHERE anomaly_id = ${parameter(anomalyId)})` })
  if (evidenceType !== undefined) conditions.push({ text: (parameter) => `evidence_type = ${parameter(evidenceType)}` })
  if (reporterId !== undefined) conditions.push({ text: (parameter) => `reporter_id = ${parameter(Buffer.from(reporterId, 'hex'))}` })
  return (await readKeysetPage<ReportRecord>(sql, 'reports', REPORT_VIEW_COLUMNS, 'log_position', page, conditions)).map(reportViewOf)
}
