/** Hours in which something happened, newest first: how many anomalies came to each state in that hour, and why. */
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import type { SqlRunner } from '../../sql/statement.js'

export type HourView = {
  readonly hour: Date
  readonly counts: readonly HourStateCount[]
}

/** `count` anomalies came to this state in this hour; reason is null where the state needs none. */
export type HourStateCount = { readonly state: LifecycleState; readonly reason: string | null; readonly count: number }

export type HourFilter = {
  /** Most hours. */
  readonly limit: number
  /** Hours that began before. */
  readonly before?: Date
  /** Public key, hex; all producers, proven or not, where it is absent. */
  readonly producerId?: string
}

export async function listHours(sql: SqlRunner, { limit, before, producerId }: HourFilter): Promise<HourView[]> {
  // Hours are sought by the primary key and read whole: a page costs what it shows, however long the history.
  const { rows } = await sql.query<{ hour: Date; state: LifecycleState; reason: string; count: string }>(
    `SELECT hour, state, reason, sum(entered_count) AS count FROM lifecycle_hours
     WHERE hour IN (SELECT DISTINCT hour FROM lifecycle_hours WHERE hour < COALESCE($1::timestamptz, 'infinity') AND ($2::bytea IS NULL OR producer_id = $2) ORDER BY hour DESC LIMIT $3)
       AND ($2::bytea IS NULL OR producer_id = $2) AND entered_count > 0
     GROUP BY hour, state, reason ORDER BY hour DESC, state, reason`,
    [before ?? null, producerId === undefined ? null : Buffer.from(producerId, 'hex'), limit])
  const hours = new Map<number, { hour: Date; counts: HourStateCount[] }>()
  for (const { hour, state, reason, count } of rows) {
    const view = hours.get(hour.getTime()) ?? { hour, counts: [] }
    view.counts.push({ state, reason: reason === '' ? null : reason, count: Number(count) })
    hours.set(hour.getTime(), view)
  }
  return [...hours.values()]
}
