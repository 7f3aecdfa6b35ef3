import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DomainEvent } from '../../domain/events/schema.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createHarness, type ProjectionHarness } from '../../projections/testing/harness.js'
import { admitted, appendSample, committed, published, rejected, SAMPLE } from '../../projections/testing/sample-log.js'
import { checkTallies } from './check-tallies.js'
import { readTallies, type Tallies } from './read-tallies.js'
import { entriesOf, judge } from './testing/entries.js'

let postgres: TestPostgres
let harness: ProjectionHarness
// An admission of nobody's anomaly is a dead letter everywhere; a refusal that a quorum outranked is held against nobody.
const EVENTS: readonly DomainEvent[] = [...SAMPLE, published('f', 500), rejected('f', 501), admitted('ghost', 502), committed('f', 4, 0, 503)]
const positions = (at = EVENTS.length): Map<string, number> => new Map(['calibration', 'reputation', 'counters'].map((name) => [name, at]))
beforeAll(async () => {
  postgres = await startTestPostgres()
  harness = await createHarness(postgres)
  await appendSample(harness.log, EVENTS)
  await harness.catchUp()
})
afterAll(async () => {
  await harness.close()
  await postgres.stop()
})

describe('the read models that count', () => {
  let tallies: Tallies
  beforeEach(async () => { tallies = await readTallies(harness.sql) as Tallies })

  test('pass where they say what the log says, also where the log goes on', () => {
    expect(judge(checkTallies(tallies, positions()), entriesOf([...EVENTS, published('later', 600)]))).toMatchObject([
      { check: 'sql calibration', level: 'ok' }, { check: 'sql reputation', level: 'ok' }, { check: 'sql counters', level: 'ok' }])
  })

  test.each([
    ['a lost calibration row', "DELETE FROM calibration_rows WHERE outcome = 'EXPIRED'", 'sql calibration', /EXPIRED NOT_COMMITTED is 0 in SQL and 1 in the log.*rebuild calibration/],
    ['a wrong hour', "UPDATE lifecycle_hours SET left_count = left_count + 1 WHERE state = 'COMMITTED'", 'sql counters', /COMMITTED left is 1 in SQL and 0 in the log/],
    ['a wrong score', 'UPDATE state_reputation SET score = 7', 'sql reputation', /score of producer [0-9a-f]{64} is 7 in SQL and 100 in the log/],
  ])('%s is found', async (_what, damage, check, says) => {
    const client = await harness.sql.connect()
    await client.query('BEGIN')
    await client.query(damage)
    const damaged = await readTallies(client) as Tallies
    await client.query('ROLLBACK')
    client.release()
    const failed = judge(checkTallies(damaged, positions()), entriesOf(EVENTS)).filter(({ level }) => level === 'fail')
    expect(failed).toMatchObject([{ check, sentence: expect.stringMatching(says) as string }])
  })

  test('of a position where they do not stand fail', () => {
    expect(judge(checkTallies(tallies, positions(10)), entriesOf(EVENTS)).map(({ level }) => level)).toContain('fail')
  })

  test('that were never made are not there to be checked', async () => {
    expect(await readTallies(await postgres.createDatabase())).toBeUndefined()
  })
})
