/** Which of these anomalies have a row. */
import type { SqlRunner } from '../../sql/statement.js'

export async function readKnownRows(client: SqlRunner, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await client.query<{ anomaly_id: string }>('SELECT anomaly_id FROM calibration_rows WHERE anomaly_id = ANY($1::uuid[])', [ids])
  return new Set(rows.map(({ anomaly_id }) => anomaly_id))
}
