/** Writes which anomalies the accepted reports of a batch name. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { PlacedReport } from '../projection.js'

type Row = { readonly anomalyId: string; readonly position: number }

const COLUMNS: readonly Column<Row>[] = [
  { name: 'anomaly_id', type: 'uuid', value: ({ anomalyId }) => anomalyId },
  { name: 'log_position', type: 'int8', value: ({ position }) => position },
]

export function insertReportAnomalies(reports: readonly PlacedReport[]): SqlStatement[] {
  const rows = reports.flatMap(({ report, position }) => [...new Set(report.anomalyIds)].map((anomalyId): Row => ({ anomalyId, position })))
  return insertRows('report_anomalies', COLUMNS, rows, '(anomaly_id, log_position) DO NOTHING')
}
