/** The calibration data set as a table: one row an anomaly, all of it from the event log. */
import type pg from 'pg'
import { anomalyIdsOf } from '../lives/sql-lives.js'
import { judgedIdsOf } from '../verdicts/judged-ids.js'
import { forEachEvent } from '../runtime/fold.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { createCalibrationFold } from './row-changes.js'
import { readKnownRows } from './sql/read-known-rows.js'
import { writeCalibrationRows } from './sql/write-rows.js'

export const CALIBRATION_PROJECTION = { name: 'calibration', version: 2 } as const

export const createCalibrationProjection = (pool: pg.Pool): Projection =>
  createSqlProjection(pool, { ...CALIBRATION_PROJECTION, tables: ['calibration_rows'], fold: foldCalibration })

export async function foldCalibration(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]> {
  const fold = createCalibrationFold(await readKnownRows(client, [...new Set([...anomalyIdsOf(entries), ...judgedIdsOf(entries)])]))
  forEachEvent(entries, fold.visit)
  return writeCalibrationRows(fold.finish())
}
