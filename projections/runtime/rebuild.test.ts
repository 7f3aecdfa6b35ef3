import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestPostgres, testEngine, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { readCounts } from '../blocks/queries/read-counts.js'
import { rebuildProjection, rollBackProjection, runProjection, type Projection, type RebuildResult } from '../index.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { admitted, anomalyId, appendSample, longHistory, published, SAMPLE } from '../testing/sample-log.js'

let postgres: TestPostgres
let harness: ProjectionHarness
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => { harness = await createHarness(postgres) })
afterEach(() => harness.close())

const named = (name: string): Projection => harness.projections.find((projection) => projection.name === name) as Projection
const rebuild = (name: string, signal = new AbortController().signal): Promise<RebuildResult> => rebuildProjection({ log: harness.log, projection: named(name), signal })
const rollBack = (name: string): Promise<RebuildResult> => rollBackProjection({ log: harness.log, projection: named(name), signal: new AbortController().signal })
const leftovers = async (): Promise<number | null> => (await harness.sql.query("SELECT 1 FROM information_schema.schemata WHERE schema_name LIKE 'rebuild%'")).rowCount

describe('a rebuild', () => {
  test.each(['blocks', 'timelines', 'audit'])('of %s on a stopped system finds the live version equal', async (name) => {
    await appendSample(harness.log)
    await harness.catchUp()
    expect(await rebuild(name)).toMatchObject({ name, events: SAMPLE.length, equal: true })
    expect(await leftovers()).toBe(0)
    // The rebuilt version goes on from where it stands.
    await appendSample(harness.log, [published('later', 900)], 500)
    await harness.catchUp()
    expect(await harness.timelines.zcard('anomaly:timeline:PUBLISHED')).toBe(6)
    expect(await readCounts(harness.sql)).toMatchObject({ published: 6, inFlight: 2 })
  })

  test('leaves every index of the tables as the migrations made it', async () => {
    const indexes = async (): Promise<readonly unknown[]> =>
      (await harness.sql.query('SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname')).rows
    const before = await indexes()
    await appendSample(harness.log)
    await harness.catchUp()
    expect(await rebuild('blocks')).toMatchObject({ equal: true })
    expect(await rebuild('reputation')).toMatchObject({ equal: true })
    expect(await indexes()).toEqual(before)
    expect(await rollBack('blocks')).toMatchObject({ equal: true })
    expect(await indexes()).toEqual(before)
  })

  test('repairs a table that somebody changed, and says that it differed', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    await harness.sql.query("UPDATE anomalies SET state = 'COMMITTED' WHERE state = 'REJECTED'")
    await harness.sql.query('DELETE FROM validators WHERE name = \'validator-1\'')
    expect(await rebuild('blocks')).toMatchObject({
      equal: false,
      differences: [
        { table: 'validators', onlyLive: 0, onlyRebuilt: 1, differing: 0, examples: [{ kind: 'only-rebuilt' }] },
        {
          table: 'anomalies', onlyLive: 0, onlyRebuilt: 0, differing: 1,
          examples: [{ kind: 'differing', key: `(${anomalyId('b')})`, columns: [{ name: 'state', live: 'COMMITTED', rebuilt: 'REJECTED' }] }],
        },
      ],
    })
    expect((await harness.sql.query("SELECT 1 FROM anomalies WHERE state = 'REJECTED'")).rowCount).toBe(1)
    expect(await rebuild('blocks')).toMatchObject({ equal: true })
  })

  test('repairs a timeline that somebody changed', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    const checkpoint = await harness.timelines.checkpoint('timelines', 1)
    await harness.timelines.apply({
      name: 'timelines', version: 1, from: checkpoint.position, next: checkpoint, deadLetters: [],
      scores: new Map([['anomaly:timeline:COMMITTED', [{ member: anomalyId('b'), score: 1 }]]]), hashes: new Map([[`anomaly:${anomalyId('b')}`, { state: 'COMMITTED' }]]),
    })
    const { equal, differences } = await rebuild('timelines')
    expect(equal).toBe(false)
    expect(differences.find(({ table }) => table === 'hashes')).toMatchObject({
      differing: 1, examples: [{ key: `anomaly:${anomalyId('b')}`, columns: [{ name: 'state', live: 'COMMITTED', rebuilt: 'REJECTED' }] }],
    })
    expect(await harness.timelines.zcard('anomaly:timeline:COMMITTED')).toBe(2)
    expect(await harness.timelines.hgetall(`anomaly:${anomalyId('b')}`)).toMatchObject({ state: 'REJECTED' })
    expect(await rebuild('timelines')).toMatchObject({ equal: true })
  })

  test('beside a running projector: readers never see less than before, and nothing is lost or doubled', async () => {
    const history = longHistory(1000)
    await appendSample(harness.log, history.slice(0, 2000))
    await harness.catchUp()
    const abort = new AbortController()
    const live = harness.projections.map((projection) => runProjection({ log: harness.log, projection, signal: abort.signal }))
    const seen: number[] = []
    let isReading = true
    const reader = (async () => {
      while (isReading) {
        const { published: count } = await readCounts(harness.sql)
        const timeline = await harness.timelines.zcard('anomaly:timeline:PUBLISHED')
        const { rows } = await harness.sql.query<{ count: string }>('SELECT count(*) AS count FROM blocks')
        seen.push(count + timeline + Number(rows[0]?.count))
      }
    })()
    const writer = (async () => {
      for (let i = 2000; i < history.length; i += 5) await appendSample(harness.log, history.slice(i, i + 5), i)
    })()
    const results = await Promise.all(['blocks', 'timelines', 'audit'].map((name) => rebuild(name)))
    await writer
    const length = await harness.log.length()
    for (;;) {
      const positions = await Promise.all(harness.projections.map(async (projection) => (await projection.checkpoint()).position))
      if (positions.every((position) => position === length)) break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    isReading = false
    await reader
    abort.abort()
    await Promise.all(live)
    expect(results.map(({ equal }) => equal)).toEqual([true, true, true])
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(await readCounts(harness.sql)).toMatchObject({ published: 1000, committed: 1000, inFlight: 0 })
    for (const name of ['blocks', 'timelines', 'audit']) expect(await rebuild(name)).toMatchObject({ equal: true, events: length })
  }, 60_000)

  test('stops at a poison event and leaves the live version as it was', async () => {
    await appendSample(harness.log, [published('a', 1), admitted('ghost', 2), admitted('a', 3)])
    await harness.catchUp()
    await expect(rebuild('blocks')).rejects.toMatchObject({ code: 'POISON_EVENT', message: expect.stringContaining('position 1') as string })
    await expect(rebuild('audit')).resolves.toMatchObject({ equal: true })
    expect(await readCounts(harness.sql)).toMatchObject({ published: 1, admitted: 1 })
    expect(await leftovers()).toBe(0)
  })

  test.each(['blocks', 'timelines', 'audit'])('of %s can be gone back on: the version before is brought to the live position first', async (name) => {
    await appendSample(harness.log)
    await harness.catchUp()
    await expect(rollBack(name)).rejects.toMatchObject({ code: 'NO_PREVIOUS' })
    await rebuild(name)
    await appendSample(harness.log, [published('later', 900)], 500)
    await harness.catchUp()
    expect(await rollBack(name)).toMatchObject({ name, events: SAMPLE.length + 1, equal: true })
    expect(await rollBack(name)).toMatchObject({ equal: true })
    await appendSample(harness.log, [published('last', 901)], 600)
    await harness.catchUp()
    expect(await harness.timelines.zcard('anomaly:timeline:PUBLISHED')).toBe(7)
    expect(await readCounts(harness.sql)).toMatchObject({ published: 7, inFlight: 3 })
    expect(await rebuild(name)).toMatchObject({ equal: true })
  })

  test('goes back to what was there before it, and forward again', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    await harness.sql.query("UPDATE anomalies SET state = 'COMMITTED' WHERE state = 'REJECTED'")
    const rejectedRows = async (): Promise<number | null> => (await harness.sql.query("SELECT 1 FROM anomalies WHERE state = 'REJECTED'")).rowCount
    await rebuild('blocks')
    expect(await rejectedRows()).toBe(1)
    expect(await rollBack('blocks')).toMatchObject({ equal: false, differences: [{ table: 'anomalies', differing: 1 }] })
    expect(await rejectedRows()).toBe(0)
    expect(await rollBack('blocks')).toMatchObject({ equal: false })
    expect(await rejectedRows()).toBe(1)
  })

  // CockroachDB changes names while readers go on.
  test.skipIf(testEngine() === 'cockroachdb')('waits for readers that hold the tables, and those that come later do not wait behind it', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    const reader = await harness.sql.connect()
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE projection_versions IN ACCESS SHARE MODE; SELECT count(*) FROM blocks')
    let isDone = false
    const running = rebuild('blocks').finally(() => { isDone = true })
    const isWaiting = async (): Promise<boolean> => ((await harness.sql.query("SELECT 1 FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted")).rowCount ?? 0) > 0
    while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(await readCounts(harness.sql)).toMatchObject({ published: 5 })
    expect(isDone).toBe(false)
    await reader.query('COMMIT')
    reader.release()
    expect(await running).toMatchObject({ equal: true })
  })

  test('a second one at the same time is refused', async () => {
    const first = await named('blocks').beginRebuild()
    await expect(rebuild('blocks')).rejects.toMatchObject({ code: 'REBUILD_RUNNING' })
    await first.end()
    expect(await rebuild('blocks')).toMatchObject({ equal: true })
  })

  test('that was killed leaves a schema, which the next start removes', async () => {
    await harness.sql.query('CREATE SCHEMA rebuild_blocks_77')
    await harness.sql.query('CREATE SCHEMA previous_blocks_76')
    await named('blocks').removeLeftovers?.()
    expect(await leftovers()).toBe(0)
  })

  test('that is cancelled leaves the live version as it was', async () => {
    await appendSample(harness.log)
    await harness.catchUp()
    await expect(rebuild('blocks', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readCounts(harness.sql)).toMatchObject({ published: 5 })
    expect(await leftovers()).toBe(0)
  })
})
