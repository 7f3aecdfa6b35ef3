/** What the SQL read models must do, whichever database keeps them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EventLog } from '../../eventlog/log.js'
import { migrate, rebuildProjection, runProjection, type Projection } from '../../projections/index.js'
import { batchOf, decodeEntry } from '../../projections/runtime/batch.js'
import { findDialect } from '../../projections/sql/dialect.js'
import { createHarness, type ProjectionHarness } from '../../projections/testing/harness.js'
import { appendSample, longHistory, SAMPLE } from '../../projections/testing/sample-log.js'
import { asPosition } from '../../domain/ids.js'
import { declaredColumns } from './declared-columns.js'
import { embedded, heavyFaults, manyUnknown, withoutFaults, type SqlEngine, type SqlServer } from './engines.js'
import { answers, dump } from './read-models.js'

const never = new AbortController().signal
const SEED = Number(process.env.CYBERMESH_SQL_SEED ?? Date.now() % 1_000_000)
/** Chance alone makes a transaction fail so often in one of a thousand million runs. */
const MOST_ATTEMPTS = 20

const appendHistory = async (log: EventLog): Promise<void> => {
  await appendSample(log)
  await appendSample(log, longHistory(120), SAMPLE.length)
}

type Retries = { count: number; most: number; readonly codes: Set<string> }

async function project(harness: ProjectionHarness, batchEvents: number, projections = sqlProjections(harness)): Promise<Retries> {
  const retries: Retries = { count: 0, most: 0, codes: new Set() }
  await Promise.all(projections.map((projection) => runProjection({
    log: harness.log, projection, signal: never, untilEnd: true, batchEvents,
    onRetry(error, attempt) {
      retries.count += 1
      retries.most = Math.max(retries.most, attempt)
      retries.codes.add(String((error as { code?: unknown }).code))
    },
  })))
  return retries
}

const sqlProjections = ({ projections }: ProjectionHarness): Projection[] => projections.filter(({ name }) => name !== 'timelines')

export function describeSql(engine: SqlEngine): void {
  describe.skipIf(engine.skips !== undefined)(engine.skips ?? `SQL read models on ${engine.name}`, () => {
    /** The same history on the embedded PostgreSQL, in one go and without failures. */
    let expected: { readonly tables: Record<string, string[]>; readonly answers: unknown }
    let server: SqlServer
    let harness: ProjectionHarness
    beforeAll(async () => {
      const reference = await embedded.start(withoutFaults())
      const clean = await createHarness(reference)
      await appendHistory(clean.log)
      await project(clean, 1000)
      expected = { tables: await dump(clean.sql), answers: await answers(clean.sql) }
      await clean.close()
      await reference.stop()
    })

    describe('without failures', () => {
      beforeAll(async () => { server = await engine.start(withoutFaults()) })
      afterAll(() => server.stop())
      beforeEach(async () => { harness = await createHarness(server) })
      afterEach(() => harness.close())

      test('the server says which dialect it has', async () => {
        expect(await findDialect(harness.sql)).toBe(engine.dialect)
      })

      test('migrations run once, also when six start at the same time', async () => {
        const empty = await server.createDatabase()
        const ran = await Promise.all(Array.from({ length: 6 }, () => migrate(empty)))
        expect(new Set(ran.flat()).size).toBeGreaterThan(17)
        expect(await migrate(empty)).toEqual([])
      })

      test('every column has the type that its migration declares', async () => {
        const { rows } = await harness.sql.query<{ name: string; type: string }>(
          `SELECT table_name || '.' || column_name AS name, data_type AS type FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name <> 'schema_migrations' AND column_name NOT LIKE 'crdb_internal%'`)
        expect(Object.fromEntries(rows.map(({ name, type }) => [name, type]))).toEqual(await declaredColumns(engine.dialect))
      })

      test('tables and answers are those of the embedded PostgreSQL, byte for byte, whatever the batches', async () => {
        await appendHistory(harness.log)
        await project(harness, 33)
        expect(await dump(harness.sql)).toEqual(expected.tables)
        expect(await answers(harness.sql)).toEqual(expected.answers)
      })

      test('a batch that is applied again after its answer was lost changes nothing', async () => {
        await appendSample(harness.log)
        await project(harness, 1000)
        const before = await dump(harness.sql)
        const entries = (await harness.log.readEntries({ from: asPosition(0), limit: SAMPLE.length })).map(decodeEntry)
        for (const projection of sqlProjections(harness)) {
          await expect(projection.apply(batchOf(projection, entries, new Map())), projection.name).rejects.toMatchObject({ code: 'CHECKPOINT_CONFLICT' })
        }
        expect(await dump(harness.sql)).toEqual(before)
      })

      test('four projectors at one checkpoint: nothing is lost and nothing doubled', async () => {
        await appendHistory(harness.log)
        const runs = Array.from({ length: 4 }, () => sqlProjections(harness)).flat()
        const racing = await Promise.allSettled(runs.map((projection) => project(harness, 50, [projection])))
        for (const one of racing) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'CHECKPOINT_CONFLICT' })
        await project(harness, 50)
        expect(await dump(harness.sql)).toEqual(expected.tables)
      })

      test('a rebuild finds the live tables equal and leaves them so', async () => {
        await appendHistory(harness.log)
        await project(harness, 1000)
        for (const projection of sqlProjections(harness)) {
          expect(await rebuildProjection({ log: harness.log, projection, signal: never }), projection.name).toMatchObject({ name: projection.name, equal: true })
        }
        expect(await dump(harness.sql)).toEqual(expected.tables)
      })
    })

    describe.skipIf(engine.name !== 'PostgreSQL forced into CockroachDB')(`with 30 % of transactions restarted and the result of 5 % unknown (seed ${SEED})`, () => {
      const faults = heavyFaults(SEED)
      beforeAll(async () => { server = await engine.start(faults) })
      afterAll(() => server.stop())
      beforeEach(async () => { harness = await createHarness(server) })
      afterEach(() => harness.close())

      test('migrations run all the same', async () => {
        const empty = await server.createDatabase()
        await Promise.all(Array.from({ length: 3 }, () => migrate(empty)))
        expect(await migrate(empty)).toEqual([])
      })

      test('tables and answers are byte for byte those of a run without failures, after a bounded number of attempts', async () => {
        const before = faults.counts()
        await appendHistory(harness.log)
        const retries = await project(harness, 10)
        expect(await dump(harness.sql)).toEqual(expected.tables)
        expect(await answers(harness.sql)).toEqual(expected.answers)
        const { transactions, restarts, unknownCommitted, unknownLost } = faults.counts()
        expect((restarts - before.restarts) / (transactions - before.transactions)).toBeGreaterThan(0.15)
        expect(unknownCommitted + unknownLost).toBeGreaterThan(0)
        expect(retries.codes).toContain('40001')
        expect(retries.most).toBeLessThan(MOST_ATTEMPTS)
      })

      test('a rebuild gets through, and the live tables stay equal', async () => {
        await appendSample(harness.log)
        await project(harness, 1000)
        for (const projection of sqlProjections(harness)) {
          expect(await rebuildProjection({ log: harness.log, projection, signal: never }), projection.name).toMatchObject({ equal: true })
        }
      })
    })

    describe.skipIf(engine.name !== 'PostgreSQL forced into CockroachDB')('with the result of every second commit unknown', () => {
      beforeAll(async () => { server = await engine.start(manyUnknown(SEED)) })
      afterAll(() => server.stop())
      beforeEach(async () => { harness = await createHarness(server) })
      afterEach(() => harness.close())

      test('nothing is doubled and nothing lost', async () => {
        await appendHistory(harness.log)
        await project(harness, 40)
        expect(await dump(harness.sql)).toEqual(expected.tables)
      })
    })
  })
}
