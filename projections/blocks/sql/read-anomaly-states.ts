/** Where the anomalies of a batch stand before it. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import type { SqlRunner } from '../../sql/statement.js'

export async function readAnomalyStates(client: SqlRunner, ids: readonly string[]): Promise<Map<string, LifecycleState>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<{ anomaly_id: string; state: LifecycleState }>(
    'SELECT anomaly_id, state FROM anomalies WHERE anomaly_id = ANY($1::uuid[])', [ids])
  return new Map(rows.map(({ anomaly_id, state }) => [anomaly_id, state]))
}
