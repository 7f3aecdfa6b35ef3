/** Lives in a table of their own, one a projection: each stands at its own position. */
import type { BatchEntry } from '../runtime/projection.js'
import { insertRows, type Column } from '../sql/bulk.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { isAnomalyEvent, type Life } from './lives.js'

export type LivesTable = 'counter_lives' | 'reputation_lives'

type Record = { readonly anomaly_id: string; readonly producer: string; readonly state: Life['state']; readonly reason: string }

/** Where the anomalies of a batch, and those named besides, stood before it. */
export async function readLives(client: SqlRunner, table: LivesTable, entries: readonly BatchEntry[], besides: readonly string[] = []): Promise<Map<string, Life>> {
  const ids = [...new Set([...anomalyIdsOf(entries), ...besides])]
  if (ids.length === 0) return new Map()
  const { rows } = await client.query<Record>(
    `SELECT anomaly_id, encode(producer_id, 'hex') AS producer, state, reason FROM ${table} WHERE anomaly_id = ANY($1::uuid[])`, [ids])
  return new Map(rows.map(({ anomaly_id, producer, state, reason }) => [anomaly_id, { producer, state, reason }]))
}

const COLUMNS: readonly Column<readonly [string, Life]>[] = [
  { name: 'anomaly_id', type: 'uuid', value: ([id]) => id },
  { name: 'producer_id', type: 'bytea', value: ([, { producer }]) => Buffer.from(producer, 'hex') },
  { name: 'state', type: 'text', value: ([, { state }]) => state },
  { name: 'reason', type: 'text', value: ([, { reason }]) => reason },
]

export const writeLives = (table: LivesTable, lives: ReadonlyMap<string, Life>): SqlStatement[] =>
  insertRows(table, COLUMNS, [...lives], '(anomaly_id) DO UPDATE SET state = excluded.state, reason = excluded.reason')

export function anomalyIdsOf(entries: readonly BatchEntry[]): string[] {
  const ids = new Set<string>()
  for (const entry of entries) {
    if (entry.kind === 'event' && isAnomalyEvent(entry.recorded.event)) ids.add(entry.recorded.event.data.anomalyId)
  }
  return [...ids]
}
