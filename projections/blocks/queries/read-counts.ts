/** How many anomalies there are and where they stand: published = committed + rejected + timeout + expired + in flight. */
import type { LifecycleCounts } from '../../../domain/anomaly/counts.js'
import type { LifecycleState } from '../../../domain/anomaly/events.js'
import type { SqlRunner } from '../../sql/statement.js'

export async function readCounts(sql: SqlRunner): Promise<LifecycleCounts> {
  const { rows } = await sql.query<{ state: LifecycleState; current_count: string; ever_count: string }>('SELECT state, current_count, ever_count FROM lifecycle_totals')
  const totals = new Map(rows.map((row) => [row.state, { current: Number(row.current_count), ever: Number(row.ever_count) }]))
  const current = (state: LifecycleState): number => totals.get(state)?.current ?? 0
  const ever = (state: LifecycleState): number => totals.get(state)?.ever ?? 0
  return {
    published: ever('PUBLISHED'), admitted: ever('ADMITTED'), committed: current('COMMITTED'), rejected: current('REJECTED'),
    timeout: current('TIMEOUT'), expired: current('EXPIRED'), inFlight: current('PUBLISHED') + current('ADMITTED'),
  }
}
