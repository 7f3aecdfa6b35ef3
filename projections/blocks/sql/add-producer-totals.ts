/** Counts how signed messages of producers ended. Each ends once, so those that end in this batch are added. */
import type { SqlStatement } from '../../sql/statement.js'
import type { AnomalyChanges } from '../anomaly-changes.js'

/** Runs after the anomalies of the batch are written: a refusal does not name the producer, its anomaly does. */
export function addProducerTotals({ inserted, updated }: AnomalyChanges): SqlStatement[] {
  const ended = [...inserted, ...updated].filter(([, { state }]) => state === 'COMMITTED' || state === 'REJECTED').map(([id]) => id)
  if (ended.length === 0) return []
  return [{
    text: `INSERT INTO producer_totals (producer_id, outcome, messages)
      SELECT producer_id, CASE WHEN state = 'COMMITTED' THEN state ELSE reject_code END, count(*) FROM anomalies
      WHERE anomaly_id = ANY($1::uuid[]) AND authentic AND producer_id IS NOT NULL GROUP BY 1, 2
      ON CONFLICT (producer_id, outcome) DO UPDATE SET messages = producer_totals.messages + excluded.messages`,
    values: [ended],
  }]
}
