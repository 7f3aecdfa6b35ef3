/** Writes the verdicts that stand on anomalies after a batch. */
import { insertRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import type { StandingVerdict } from '../../../domain/verdict/standing-verdicts.js'

const COLUMNS: readonly Column<readonly [string, readonly StandingVerdict[]]>[] = [
  { name: 'anomaly_id', type: 'uuid', value: ([id]) => id },
  { name: 'verdicts', type: 'jsonb', value: ([, verdicts]) => JSON.stringify(verdicts) },
]

export const writeLabels = (verdicts: ReadonlyMap<string, readonly StandingVerdict[]>): SqlStatement[] =>
  insertRows('reputation_labels', COLUMNS, [...verdicts], '(anomaly_id) DO UPDATE SET verdicts = excluded.verdicts')
