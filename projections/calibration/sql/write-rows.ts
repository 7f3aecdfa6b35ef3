/** Writes rows of anomalies published in a batch, and what a batch changes of rows that are there. */
import { insertRows, updateRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { readPayload } from '../read-payload.js'
import type { CalibrationChanges, LaterFacts } from '../row-changes.js'
import { INSERT_COLUMNS, LATER_COLUMNS } from './columns.js'

type Update = LaterFacts & { readonly anomalyId: string }

const UPDATE_COLUMNS: readonly Column<Update>[] = [
  { name: 'anomaly_id', type: 'uuid', value: ({ anomalyId }) => anomalyId },
  { name: 'verdicts', type: 'jsonb', value: ({ judged }) => (judged === undefined ? null : JSON.stringify(judged.verdicts)) },
  ...LATER_COLUMNS,
]

/** What came with it decides over a value that may well be none. */
const WITH: Readonly<Record<string, string>> = { reason: 'outcome', label: 'verdicts' }

/** What is not said stays; a new outcome replaces the reason of the one before, and new verdicts the label, also by none. */
const ASSIGNMENTS = UPDATE_COLUMNS.slice(1).map(({ name }) => (WITH[name] === undefined
  ? `${name} = COALESCE(changed.${name}, calibration_rows.${name})`
  : `${name} = CASE WHEN changed.${WITH[name]} IS NULL THEN calibration_rows.${name} ELSE changed.${name} END`)).join(', ')

export function writeCalibrationRows({ inserted, updated }: CalibrationChanges): SqlStatement[] {
  const rows = [...inserted.values()].map((row) => ({ ...row, facts: readPayload(row.published.message) }))
  const updates = [...updated].map(([anomalyId, facts]) => ({ ...facts, anomalyId }))
  return [
    ...insertRows('calibration_rows', INSERT_COLUMNS, rows, '(anomaly_id) DO NOTHING'),
    ...updateRows('calibration_rows', UPDATE_COLUMNS, updates, ASSIGNMENTS, 'calibration_rows.anomaly_id = changed.anomaly_id'),
  ]
}
