/** The rules of CockroachDB forced on PostgreSQL: SERIALIZABLE everywhere, restarts and lost answers injected. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { readCounts } from '../blocks/queries/read-counts.js'
import { createProjections, createSqlPool, runProjection } from '../index.js'
import { createFlakyPool, seededRandom } from '../testing/flaky-pool.js'
import { createHarness } from '../testing/harness.js'
import { appendSample, longHistory } from '../testing/sample-log.js'

let postgres: TestPostgres
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())

test.each([1, 2, 3])('serializable, one statement in twelve restarted, one commit in five without an answer: the same content (seed %i)', async (seed) => {
  const harness = await createHarness(postgres)
  const { database } = (await harness.sql.query<{ database: string }>('SELECT current_database() AS database')).rows[0] as { database: string }
  await harness.sql.query(`ALTER DATABASE ${database} SET default_transaction_isolation = 'serializable'`)
  const sql = createSqlPool({ url: postgres.server.url.replace(/\/[^/]*$/, `/${database}`) })
  const { pool, failures } = createFlakyPool(sql, { random: seededRandom(seed), restart: 1 / 12, ambiguous: 1 / 5 })
  await appendSample(harness.log, longHistory(200))
  const length = await harness.log.length()
  await Promise.all(createProjections({ sql: pool, timelines: harness.timelines }).map((projection) =>
    runProjection({ log: harness.log, projection, signal: new AbortController().signal, untilEnd: true, batchEvents: 20 })))

  expect(failures().restarts).toBeGreaterThan(5)
  expect(failures().ambiguous).toBeGreaterThan(5)
  expect(await readCounts(sql)).toEqual({ published: 200, admitted: 200, committed: 200, rejected: 0, timeout: 0, expired: 0, inFlight: 0 })
  const { rows } = await sql.query('SELECT (SELECT count(*) FROM audit_logs) AS logs, (SELECT size FROM audit_tree) AS size, (SELECT sum(blocks_voted) FROM validators) AS voted')
  expect(rows[0]).toEqual({ logs: String(length), size: String(length), voted: '8' })
  await sql.end()
  await harness.close()
}, 60_000)
