/** A value as JSON and CSV have it: times in RFC 3339, verdicts with the names of the columns in SQL. */
import type { Json } from '../../domain/canonical-json.js'
import type { StandingVerdict } from '../../domain/verdict/standing-verdicts.js'
import type { DatasetColumn } from './columns.js'
import type { DatasetRow } from './row.js'

export function plainValue({ kind, value }: DatasetColumn, row: DatasetRow): Json {
  const found = value(row)
  if (found === null) return null
  if (kind === 'time') return new Date(found as number).toISOString()
  if (kind === 'verdicts') return (found as readonly StandingVerdict[]).map(plainVerdict)
  return found as Json
}

/** An analyst may write any 64-bit second; a data set has years that calendars have. */
export const verdictMillis = ({ at }: StandingVerdict): number => Math.min(Math.max(at * 1000, -62_135_596_800_000), 253_402_300_799_000)

const plainVerdict = (verdict: StandingVerdict) =>
  ({ report_id: verdict.reportId, reporter_id: verdict.reporterId, verdict: verdict.verdict, given_at: new Date(verdictMillis(verdict)).toISOString() })
