/** Counters per hour: how many anomalies entered and left each state, by producer and reason. */
import type pg from 'pg'
import { createLives } from '../lives/lives.js'
import { readLives, writeLives } from '../lives/sql-lives.js'
import { forEachEvent } from '../runtime/fold.js'
import type { BatchEntry, Projection } from '../runtime/projection.js'
import { createSqlProjection } from '../runtime/sql-projection.js'
import type { SqlRunner, SqlStatement } from '../sql/statement.js'
import { createMoveCounter } from './count-moves.js'
import { addHourCounts } from './sql/add-hour-counts.js'

export const COUNTERS_PROJECTION = { name: 'counters', version: 1 } as const

export const createCountersProjection = (pool: pg.Pool): Projection =>
  createSqlProjection(pool, { ...COUNTERS_PROJECTION, tables: ['lifecycle_hours', 'counter_lives'], fold: foldCounters })

export async function foldCounters(entries: readonly BatchEntry[], client: SqlRunner): Promise<readonly SqlStatement[]> {
  const lives = createLives(await readLives(client, 'counter_lives', entries))
  const counter = createMoveCounter()
  forEachEvent(entries, ({ event }) => {
    const move = lives.follow(event)
    if (move !== undefined) counter.count(move)
  })
  return [...addHourCounts(counter.finish()), ...writeLives('counter_lives', lives.changed())]
}
