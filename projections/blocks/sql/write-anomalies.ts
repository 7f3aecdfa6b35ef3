/** Writes anomalies published in a batch, and what a batch changes of those published before. */
import { insertRows, updateRows, type Column } from '../../sql/bulk.js'
import type { SqlStatement } from '../../sql/statement.js'
import { LIFECYCLE_COLUMNS, PUBLISHED_COLUMNS, type LifecycleColumns } from '../anomaly-row.js'
import type { AnomalyChanges } from '../anomaly-changes.js'

type Update = LifecycleColumns & { readonly anomalyId: string }

const UPDATE_COLUMNS: readonly Column<Update>[] = [{ name: 'anomaly_id', type: 'uuid', value: ({ anomalyId }) => anomalyId }, ...LIFECYCLE_COLUMNS]

/** A time or place once set stays; only the state and the position always move. */
const ASSIGNMENTS = LIFECYCLE_COLUMNS.map(({ name }) => `${name} = COALESCE(changed.${name}, anomalies.${name})`).join(', ')

export function writeAnomalies({ inserted, updated }: AnomalyChanges): SqlStatement[] {
  return [
    ...insertRows('anomalies', PUBLISHED_COLUMNS, [...inserted.values()], '(anomaly_id) DO NOTHING'),
    ...updateRows('anomalies', UPDATE_COLUMNS, [...updated].map(([anomalyId, change]) => ({ ...change, anomalyId })), ASSIGNMENTS, 'anomalies.anomaly_id = changed.anomaly_id'),
  ]
}
