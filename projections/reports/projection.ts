/** Evidence and verdicts that blocks carried, as SQL tables: each report, and the anomalies that it names. */
import type pg from 'pg'
import type { EventData } from '../../domain/events/schema.js'
import { forEachEvent } from '../runtime/fold.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlStatement } from '../sql/statement.js'
import { insertReportAnomalies } from './sql/insert-report-anomalies.js'
import { insertReports } from './sql/insert-reports.js'
import { markSuperseded } from './sql/mark-superseded.js'

export const REPORTS_PROJECTION = { name: 'reports', version: 1 } as const

export type PlacedReport = { readonly report: EventData<'ReportRecorded'>; readonly position: number }

export const createReportsProjection = (pool: pg.Pool): Projection =>
  createSqlProjection(pool, { ...REPORTS_PROJECTION, tables: ['reports', 'report_anomalies'], fold: (entries) => Promise.resolve(foldReports(entries)) })

export function foldReports(entries: readonly BatchEntry[]): readonly SqlStatement[] {
  const reports: PlacedReport[] = []
  forEachEvent(entries, ({ event, position }) => {
    if (event.type === 'ReportRecorded') reports.push({ report: event.data, position })
  })
  const applied = reports.filter(({ report }) => report.outcome.kind === 'applied')
  return [...insertReports(reports), ...insertReportAnomalies(applied), ...markSuperseded(applied)]
}
