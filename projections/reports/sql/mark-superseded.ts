/** Notes on verdicts that they no longer stand, and which one took their place. */
import { updateRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { PlacedReport } from '../projection.js'

type Row = { readonly reportId: string; readonly supersededBy: string }

const COLUMNS: readonly Column<Row>[] = [
  { name: 'report_id', type: 'uuid', value: ({ reportId }) => reportId },
  { name: 'superseded_by', type: 'uuid', value: ({ supersededBy }) => supersededBy },
]

/** Of several reports with one id only one was accepted. */
const CONDITION = "reports.report_id = changed.report_id AND reports.status = 'success'"

export function markSuperseded(reports: readonly PlacedReport[]): SqlStatement[] {
  const rows = reports.flatMap(({ report: { verdict, reportId } }): Row[] => (verdict?.supersedes === undefined ? [] : [{ reportId: verdict.supersedes, supersededBy: reportId }]))
  return updateRows('reports', COLUMNS, rows, 'superseded_by = changed.superseded_by', CONDITION)
}
