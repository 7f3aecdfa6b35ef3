import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { asPosition } from '../../domain/ids.js'
import {
  keepRunning, readProjectionStatus, rebuildProjection, redriveDeadLetters, rollBackProjection, runProjection, type Projection, type ProjectionState,
} from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { admitted, appendSample, published, SAMPLE } from '../testing/sample-log.js'
import { createSqlProjection } from './sql-projection.js'

let postgres: TestPostgres
let harness: ProjectionHarness
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => {
  harness = await createHarness(postgres)
  await harness.sql.query('CREATE TABLE tally (type TEXT PRIMARY KEY, amount INT8 NOT NULL)')
})
afterEach(() => harness.close())

/** Counts events by type; version 2 counts each one ten times. */
function tally(version: number, failsAt?: number): Projection {
  const projection = createSqlProjection(harness.sql, {
    name: 'tally', version, tables: ['tally'],
    fold: async (entries) => entries.flatMap((entry) => (entry.kind === 'event' ? [{
      text: 'INSERT INTO tally AS old (type, amount) VALUES ($1, $2) ON CONFLICT (type) DO UPDATE SET amount = old.amount + EXCLUDED.amount',
      values: [entry.recorded.event.type, entry.position === failsAt ? 'no number' : version === 1 ? 1 : 10],
    }] : [])),
  })
  // A table of this test alone: no migration makes it.
  const { beginRebuild } = projection
  return { ...projection, beginRebuild: () => beginRebuild().then(async (rebuild) => {
    const schema = (await harness.sql.query<{ name: string }>("SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE 'rebuild_tally%'")).rows[0]?.name
    await harness.sql.query(`CREATE TABLE ${schema}.tally (type TEXT PRIMARY KEY, amount INT8 NOT NULL)`)
    return rebuild
  }) }
}

const never = new AbortController().signal
const amount = async (): Promise<number> => Number((await harness.sql.query<{ amount: string }>("SELECT amount FROM tally WHERE type = 'AnomalyPublished'")).rows[0]?.amount)

test('a newer version is built beside the live one, told while it is, and switched to; the older program stops', async () => {
  await appendSample(harness.log)
  await runProjection({ log: harness.log, projection: tally(1), signal: never, untilEnd: true })
  expect(await amount()).toBe(5)

  const abort = new AbortController()
  const states: ProjectionState[] = []
  const amounts: number[] = []
  const older = keepRunning({ log: harness.log, projection: tally(1), sql: harness.sql, holder: 'older', signal: abort.signal })
  const stopped = expect(older).rejects.toMatchObject({ code: 'OTHER_VERSION', message: expect.stringContaining('version 2 of tally is live') as string })
  const running = keepRunning({ log: harness.log, projection: tally(2), sql: harness.sql, holder: 'newer', signal: abort.signal, leaseMs: 400, onState: (state) => states.push(state) })
  const status = async () => (await readProjectionStatus([tally(2)], SAMPLE.length))[0]
  while ((await status())?.version !== 2) amounts.push(await amount())
  // All of the one version, then all of the other.
  expect(amounts.filter((one) => one !== 5 && one !== 50)).toEqual([])
  expect(amounts[0]).toBe(5)
  expect(await amount()).toBe(50)
  expect(await status()).toMatchObject({ position: SAMPLE.length, lagEvents: 0 })
  expect(states.filter(({ kind }) => kind === 'building').at(-1)).toMatchObject({ version: 2, live: 1, position: SAMPLE.length, of: SAMPLE.length })
  await appendSample(harness.log, [published('later', 900)], 500)
  await stopped
  while (await amount() !== 60) await new Promise((resolve) => setTimeout(resolve, 10))
  abort.abort()
  await running
})

test('an upgrade can be gone back on with the older program, not with the newer one', async () => {
  await appendSample(harness.log)
  await runProjection({ log: harness.log, projection: tally(1), signal: never, untilEnd: true })
  expect(await rebuildProjection({ log: harness.log, projection: tally(2), signal: never })).toMatchObject({ replaced: 1, version: 2, events: SAMPLE.length, differences: [] })
  await appendSample(harness.log, [published('later', 900)], 500)
  await runProjection({ log: harness.log, projection: tally(2), signal: never, untilEnd: true })
  await expect(rollBackProjection({ log: harness.log, projection: tally(2), signal: never })).rejects.toMatchObject({ code: 'OTHER_VERSION', message: expect.stringContaining('go back with the program that has version 1') as string })
  expect(await rollBackProjection({ log: harness.log, projection: tally(1), signal: never })).toMatchObject({ replaced: 2, version: 1, events: SAMPLE.length + 1 })
  expect(await amount()).toBe(6)
})

test('a program with another version than the live one applies nothing', async () => {
  await appendSample(harness.log)
  await runProjection({ log: harness.log, projection: tally(2), signal: never, untilEnd: true })
  await expect(runProjection({ log: harness.log, projection: tally(1), signal: never, untilEnd: true })).rejects.toMatchObject({ code: 'OTHER_VERSION' })
  await expect(runProjection({ log: harness.log, projection: tally(3), signal: never, untilEnd: true })).rejects.toMatchObject({ code: 'OTHER_VERSION' })
  expect(await amount()).toBe(50)
})

test('a redrive applies what a fix allows, and counts an attempt where it does not', async () => {
  await appendSample(harness.log)
  await runProjection({ log: harness.log, projection: tally(1, 2), signal: never, untilEnd: true })
  expect(await tally(1).deadLetters()).toMatchObject([{ position: 2, eventType: 'AnomalyPublished', attempts: 1, error: expect.stringContaining('no number') as string }])
  expect(await amount()).toBe(4)
  const broken = tally(1, 2)
  await expect(redriveDeadLetters({ log: harness.log, projection: broken, signal: never })).rejects.toMatchObject({ code: 'POISON_EVENT', position: 2 })
  expect(await broken.deadLetters()).toMatchObject([{ position: 2, attempts: 2 }])
  expect(await amount()).toBe(4)
  await expect(redriveDeadLetters({ log: harness.log, projection: tally(1), signal: never, positions: [asPosition(3)] })).rejects.toMatchObject({ code: 'NO_DEAD_LETTER' })

  expect(await redriveDeadLetters({ log: harness.log, projection: tally(1), signal: never, positions: [asPosition(2)] })).toMatchObject({ redriven: [2], left: [], events: SAMPLE.length })
  expect(await tally(1).deadLetters()).toEqual([])
  expect(await amount()).toBe(5)
  expect(await redriveDeadLetters({ log: harness.log, projection: tally(1), signal: never })).toBeUndefined()
})

test('a redrive of some dead letters leaves the others where they are', async () => {
  await appendSample(harness.log, [published('a', 1), admitted('ghost', 2), published('b', 3), published('a', 4)])
  await harness.catchUp()
  const blocks = harness.projections.find(({ name }) => name === 'blocks') as Projection
  expect((await blocks.deadLetters()).map(({ position }) => position)).toEqual([1, 3])
  await expect(redriveDeadLetters({ log: harness.log, projection: blocks, signal: never, positions: [asPosition(3)] })).rejects.toMatchObject({ code: 'POISON_EVENT', position: 3 })
  expect((await blocks.deadLetters()).map(({ position, attempts }) => [position, attempts])).toEqual([[1, 1], [3, 2]])
})
