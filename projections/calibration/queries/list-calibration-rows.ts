/** Calibration rows by the position of their publication: oldest first for who exports them, newest first for who looks. */
import { below, readKeysetPage, type KeysetPage } from '../../sql/keyset.js'
import type { SqlRunner } from '../../sql/statement.js'
import { CALIBRATION_VIEW_COLUMNS, calibrationViewOf, type CalibrationRecord, type CalibrationView } from './calibration-view.js'

export type CalibrationRange = {
  /** Rows published after this position; from the first where it is absent. */
  readonly after?: number
  readonly limit: number
}

/** In time order. Read page after page, each `after` the last position of the one before, in one snapshot where rows must fit together. */
export function listCalibrationRows(sql: SqlRunner, { after, limit }: CalibrationRange): Promise<CalibrationView[]> {
  // A page at the far end of a descending list is a page of the smallest positions.
  return listNewestCalibrationRows(sql, { limit, fromEnd: true, ...(after === undefined ? {} : { before: after }) }).then((rows) => rows.reverse())
}

export async function listNewestCalibrationRows(sql: SqlRunner, page: KeysetPage, before?: number): Promise<CalibrationView[]> {
  return (await readKeysetPage<CalibrationRecord>(sql, 'calibration_rows', CALIBRATION_VIEW_COLUMNS, 'log_position', page, below('log_position', before))).map(calibrationViewOf)
}
