import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { listHours } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { appendSample, hash, longHistory, PRODUCER, published, T0 } from '../testing/sample-log.js'

const HOUR_MS = 3_600_000
const firstHour = Math.floor(T0 / HOUR_MS) * HOUR_MS

let postgres: TestPostgres
let harness: ProjectionHarness
beforeAll(async () => {
  postgres = await startTestPostgres()
  harness = await createHarness(postgres)
  await appendSample(harness.log)
  await appendSample(harness.log, longHistory(200), 1000)
  // Strangers may name any producer they like.
  await appendSample(harness.log, [published('stranger', 7200, { authentic: false, producerId: hash('somebody') as never }), published('next', 7201)], 5000)
  await harness.catchUp()
})
afterAll(async () => {
  await harness.close()
  await postgres.stop()
})

const rows = async (text: string): Promise<unknown[]> => (await harness.sql.query<Record<string, unknown>>(text)).rows

describe('counters per hour', () => {
  test('add up to the totals of the lifecycle, state by state', async () => {
    expect(await rows('SELECT state, sum(entered_count - left_count)::int8 AS current_count, sum(entered_count)::int8 AS ever_count FROM lifecycle_hours GROUP BY state ORDER BY state'))
      .toEqual(await rows('SELECT state, current_count, ever_count FROM lifecycle_totals ORDER BY state'))
  })

  test('tell an operator how many came to each state in an hour, and why', async () => {
    const [newest, first] = await listHours(harness.sql, { limit: 10 })
    expect(newest).toEqual({ hour: new Date(firstHour + 2 * HOUR_MS), counts: [{ state: 'PUBLISHED', reason: null, count: 2 }] })
    expect(first).toEqual({
      hour: new Date(firstHour),
      counts: [
        { state: 'ADMITTED', reason: null, count: 202 }, { state: 'COMMITTED', reason: null, count: 202 }, { state: 'EXPIRED', reason: 'NOT_COMMITTED', count: 1 },
        { state: 'PUBLISHED', reason: null, count: 205 }, { state: 'REJECTED', reason: 'INVALID_SIGNATURE', count: 1 }, { state: 'TIMEOUT', reason: 'NOT_ADMITTED', count: 1 },
      ],
    })
  })

  test('charge a producer only with messages that carry its signature', async () => {
    expect(await listHours(harness.sql, { limit: 1, producerId: PRODUCER })).toEqual([{ hour: new Date(firstHour + 2 * HOUR_MS), counts: [{ state: 'PUBLISHED', reason: null, count: 1 }] }])
    expect(await listHours(harness.sql, { limit: 1, producerId: hash('somebody') })).toEqual([])
  })

  test('go back hour by hour', async () => {
    expect((await listHours(harness.sql, { limit: 1, before: new Date(firstHour + 2 * HOUR_MS) })).map(({ hour }) => hour)).toEqual([new Date(firstHour)])
    expect(await listHours(harness.sql, { limit: 1, before: new Date(firstHour) })).toEqual([])
  })
})
