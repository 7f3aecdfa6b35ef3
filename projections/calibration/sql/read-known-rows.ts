/** Which of these anomalies have a row, and the verdicts that stand there. */
import type { SqlRunner } from '../../sql/statement.js'
import type { StandingVerdict } from '../../../domain/verdict/standing-verdicts.js'

export async function readKnownRows(client: SqlRunner, ids: readonly string[]): Promise<Map<string, readonly StandingVerdict[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<{ anomaly_id: string; verdicts: StandingVerdict[] }>('SELECT anomaly_id, verdicts FROM calibration_rows WHERE anomaly_id = ANY($1::uuid[])', [ids])
  return new Map(rows.map(({ anomaly_id, verdicts }) => [anomaly_id, verdicts]))
}
