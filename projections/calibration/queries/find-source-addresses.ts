/** Whom detectors accuse: anomaly id -> address, in one query; those whose message names none are absent. */
import type { SqlRunner } from '../../sql/statement.js'

export async function findSourceAddresses(sql: SqlRunner, anomalyIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ anomaly_id: string; source_address: string }>(
    'SELECT anomaly_id, source_address FROM calibration_rows WHERE anomaly_id = ANY($1::uuid[]) AND source_address IS NOT NULL', [anomalyIds])
  return new Map(rows.map(({ anomaly_id: id, source_address: address }) => [id, address]))
}
