import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { asPosition } from '../../domain/ids.js'
import { openEmbeddedLog, type EmbeddedLog, type EntryLog, type LogEntry } from '../../eventlog/index.js'
import { runChild } from '../../platform/postgres/testing/run-child.js'
import { startTestPostgres, type TestPostgres } from '../../platform/postgres/testing/test-database.js'
import { createBlocksProjection } from '../blocks/projection.js'
import { readCounts } from '../blocks/queries/read-counts.js'
import { readProjectionStatus, rebuildProjection, runProjection, type Projection, type ReadModelLostError } from '../index.js'
import { withSqlRetry } from '../sql/retry.js'
import { createHarness, type ProjectionHarness } from '../testing/harness.js'
import { admitted, appendSample, committed, longHistory, operatorAction, published, SAMPLE } from '../testing/sample-log.js'
import { PoisonEventError } from './errors.js'
import type { ProjectionBatch } from './projection.js'

const CHILD = new URL('../testing/project-until-killed.ts', import.meta.url)

let postgres: TestPostgres
let harness: ProjectionHarness
beforeAll(async () => { postgres = await startTestPostgres() })
afterAll(() => postgres.stop())
beforeEach(async () => { harness = await createHarness(postgres) })
afterEach(() => harness.close())

const blocks = (): Projection => harness.projections.find(({ name }) => name === 'blocks') as Projection
const never = new AbortController().signal
const run = (projection: Projection, more: Partial<Parameters<typeof runProjection>[0]> = {}): Promise<number> =>
  runProjection({ log: harness.log, projection, signal: never, untilEnd: true, ...more })
const scalar = async (text: string): Promise<unknown> => Object.values((await harness.sql.query<Record<string, unknown>>(text)).rows[0] ?? {})[0]

/** The projection with `apply` wrapped. */
const wrapped = (projection: Projection, apply: (batch: ProjectionBatch, next: () => Promise<void>) => Promise<void>): Projection =>
  ({ ...projection, apply: (batch) => apply(batch, () => projection.apply(batch)) })

describe('running a projection', () => {
  test('follows the log until told to stop, and tells its position and lag', async () => {
    await appendSample(harness.log)
    const abort = new AbortController()
    const positions: number[] = []
    const lags: number[] = []
    const running = runProjection({
      log: harness.log, projection: blocks(), signal: abort.signal, batchEvents: 5,
      onProgress: ({ position, lagEvents, lagMs }) => {
        positions.push(position)
        lags.push(lagEvents)
        expect(lagMs === 0).toBe(lagEvents === 0 || position === 0)
        if (position === SAMPLE.length + 1) abort.abort()
      },
    })
    while (positions.at(-1) !== SAMPLE.length) await sleep(5)
    await appendSample(harness.log, [operatorAction(500)], 100)
    expect(await running).toBe(SAMPLE.length + 1)
    expect(positions.at(0)).toBe(0)
    expect(lags.at(0)).toBe(SAMPLE.length)
    expect(lags.at(-1)).toBe(0)
    expect(await readProjectionStatus([blocks()], 30)).toMatchObject([{ name: 'blocks', version: 1, position: SAMPLE.length + 1, lagEvents: 30 - SAMPLE.length - 1 }])
  })

  test('resumes after its checkpoint', async () => {
    await appendSample(harness.log)
    await run(blocks())
    const seen = new Set<number>()
    await appendSample(harness.log, [operatorAction(500)], 100)
    await run(wrapped(blocks(), (batch, next) => { seen.add(batch.from); return next() }))
    expect([...seen]).toEqual([SAMPLE.length])
  })

  test('an error between two batches loses and doubles nothing', async () => {
    await appendSample(harness.log)
    // A batch may be tried several times.
    const batches = new Set<number>()
    const dying = wrapped(blocks(), (batch, next) => {
      if (batches.add(batch.from).size === 3) throw new Error('killed')
      return next()
    })
    await expect(run(dying, { batchEvents: 4 })).rejects.toThrow('killed')
    expect((await blocks().checkpoint()).position).toBe(8)
    await run(blocks())
    expect(await readCounts(harness.sql)).toEqual({ published: 5, admitted: 2, committed: 2, rejected: 1, timeout: 0, expired: 1, inFlight: 1 })
    expect(await scalar('SELECT blocks_voted FROM validators WHERE name = \'validator-0\'')).toBe('3')
  })

  test('two projectors on one checkpoint: one of them stops with a clear error', async () => {
    await appendSample(harness.log, longHistory(200))
    const results = await Promise.allSettled([run(blocks(), { batchEvents: 10 }), run(createBlocksProjection(harness.sql), { batchEvents: 10 })])
    const failed = results.filter((result) => result.status === 'rejected')
    expect(failed).toHaveLength(1)
    expect(failed[0]?.reason).toMatchObject({ code: 'CHECKPOINT_CONFLICT', message: expect.stringContaining('another projector') as string })
    expect(await readCounts(harness.sql)).toMatchObject({ published: 200, committed: 200, inFlight: 0 })
    expect(await scalar('SELECT sum(blocks_proposed) FROM validators')).toBe('4')
  })

  test('a checkpoint of another log is refused, and so is one beyond the end', async () => {
    await appendSample(harness.log)
    await run(blocks())
    const folder = mkdtempSync(join(tmpdir(), 'cybermesh-other-'))
    const other = await openEmbeddedLog(folder)
    await expect(run(blocks(), { log: other })).rejects.toMatchObject({ code: 'OTHER_LOG', message: expect.stringContaining('rebuild') as string })
    await appendSample(other, SAMPLE, 900)
    await expect(run(blocks(), { log: other })).rejects.toMatchObject({ code: 'OTHER_LOG' })
    await other.close()
    rmSync(folder, { recursive: true })
  })
})

test('a log that skips a position is refused before anything is applied', async () => {
  await appendSample(harness.log)
  const log: EmbeddedLog = { ...harness.log, readEntries: async (options) => (await harness.log.readEntries(options)).filter(({ position }) => position !== 4) }
  await expect(run(blocks(), { log })).rejects.toThrow(/position 4 is missing/)
  expect((await blocks().checkpoint()).position).toBe(0)
})

test('a log without entries of its own is read through its events, with the same content', async () => {
  await appendSample(harness.log)
  const { readEntries: _entries, waitForGrowth: _growth, ...plain } = harness.log
  const abort = new AbortController()
  const audit = harness.projections.find(({ name }) => name === 'audit') as Projection
  const running = runProjection({ log: plain, projection: audit, signal: abort.signal })
  await appendSample(harness.log, [operatorAction(500)], 100)
  while ((await audit.checkpoint()).position <= SAMPLE.length) await sleep(5)
  abort.abort()
  await running
  const root = await scalar("SELECT encode(root, 'hex') FROM audit_tree")
  await audit.reset()
  await run(audit)
  expect(await scalar("SELECT encode(root, 'hex') FROM audit_tree")).toBe(root)
})

describe('errors that pass', () => {
  test.each([['40001', 'restart transaction'], ['40P01', 'deadlock'], ['57P01', 'terminating connection'], ['ECONNREFUSED', 'connect']])('%s is tried again', async (code, message) => {
    await appendSample(harness.log)
    let failures = 0
    const retried: unknown[] = []
    const flaky = wrapped(blocks(), (_, next) => {
      if (failures < 3) {
        failures += 1
        throw Object.assign(new Error(message), { code })
      }
      return next()
    })
    expect(await run(flaky, { onRetry: (error) => retried.push(error) })).toBe(SAMPLE.length)
    expect(retried.filter((error) => (error as Error).message === message)).toHaveLength(3)
  })

  test('a commit whose answer was lost is not applied twice', async () => {
    await appendSample(harness.log)
    let lost = 0
    const ambiguous = wrapped(blocks(), async (_, next) => {
      await next()
      if (lost < 2) {
        lost += 1
        throw Object.assign(new Error('result is ambiguous'), { code: '40003' })
      }
    })
    expect(await run(ambiguous, { batchEvents: 6 })).toBe(SAMPLE.length)
    expect(await readCounts(harness.sql)).toMatchObject({ published: 5, inFlight: 1 })
    expect(await scalar('SELECT sum(blocks_voted) FROM validators')).toBe('5')
  })

  test('connections that the server cuts in the middle cost nothing', async () => {
    await appendSample(harness.log, longHistory(300))
    const projections = harness.projections.filter(({ name }) => name !== 'timelines')
    const cutter = setInterval(() => {
      harness.sql.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()').catch(() => undefined)
    }, 40)
    try {
      await Promise.all(projections.map((projection) => run(projection, { batchEvents: 40 })))
    } finally {
      clearInterval(cutter)
    }
    // The last cut may still meet one of these questions.
    expect(await withSqlRetry(() => readCounts(harness.sql))).toEqual({ published: 300, admitted: 300, committed: 300, rejected: 0, timeout: 0, expired: 0, inFlight: 0 })
    expect(await withSqlRetry(() => scalar('SELECT size FROM audit_tree'))).toBe(String(await harness.log.length()))
  }, 60_000)
})

describe('poison events', () => {
  /** The log with some entries replaced by bytes of our choice. */
  const withEntries = (log: EmbeddedLog, replaced: ReadonlyMap<number, string>): EmbeddedLog => ({
    ...log,
    readEntries: async (options: Parameters<EntryLog['readEntries']>[0]): Promise<readonly LogEntry[]> =>
      (await log.readEntries(options)).map((entry) => {
        const bytes = replaced.get(entry.position)
        return bytes === undefined ? entry : { ...entry, bytes: Buffer.from(bytes) }
      }),
  })

  test('an entry that cannot be decoded becomes a dead letter with its position, and the rest is applied', async () => {
    await appendSample(harness.log)
    const log = withEntries(harness.log, new Map([[7, 'not json']]))
    expect(await run(blocks(), { log })).toBe(SAMPLE.length)
    expect(await blocks().deadLetters()).toMatchObject([{ position: 7, eventId: undefined, eventType: undefined, attempts: 1, error: expect.stringContaining('not JSON') as string }])
    expect(await scalar('SELECT count(*) FROM blocks')).toBe('2')
    for (const name of ['timelines', 'audit']) {
      const projection = harness.projections.find((one) => one.name === name) as Projection
      expect(await run(projection, { log })).toBe(SAMPLE.length)
      // The audit tree binds bytes, so it has no use for a dead letter.
      expect(await projection.deadLetters()).toHaveLength(name === 'audit' ? 0 : 1)
    }
    expect(await scalar("SELECT event_type FROM audit_logs WHERE sequence_num = 7")).toBe('Unreadable')
  })

  test('an event that makes no sense becomes a dead letter of its own', async () => {
    await appendSample(harness.log, [published('a', 1), admitted('ghost', 2), admitted('a', 3), published('a', 4), committed('a', 1, 0, 5)])
    expect(await run(blocks())).toBe(5)
    expect((await blocks().deadLetters()).map(({ position, eventType }) => [position, eventType])).toEqual([[1, 'AnomalyAdmitted'], [3, 'AnomalyPublished']])
    expect(await readCounts(harness.sql)).toMatchObject({ published: 1, committed: 1, inFlight: 0 })
  })

  test('values the tables cannot take are found by halving, alone', async () => {
    await harness.sql.query('ALTER TABLE anomalies ADD CONSTRAINT no_fives CHECK (severity <> 5)')
    const names = Array.from({ length: 20 }, (_, i) => `n${i}`)
    await appendSample(harness.log, names.map((name, i) => published(name, i, { severity: i === 13 ? 5 : 4 })))
    expect(await run(blocks())).toBe(20)
    expect(await blocks().deadLetters()).toMatchObject([{ position: 13, eventType: 'AnomalyPublished', error: expect.stringContaining('no_fives') as string }])
    expect(await scalar('SELECT count(*) FROM anomalies')).toBe('19')
  })

  test('in a rebuild the run stops with a clear error instead', async () => {
    await appendSample(harness.log, [published('a', 1), admitted('ghost', 2)])
    await expect(run(blocks(), { poison: 'stop' })).rejects.toBeInstanceOf(PoisonEventError)
    expect(await blocks().deadLetters()).toEqual([])
  })

  test('a missing table is no poison: it is told, made again and filled from the start', async () => {
    await appendSample(harness.log, SAMPLE.slice(0, 9))
    await run(blocks())
    await harness.sql.query('DROP TABLE blocks')
    await appendSample(harness.log, SAMPLE.slice(9), 9)
    const losses: ReadModelLostError[] = []
    expect(await run(blocks(), { onLost: (error) => losses.push(error) })).toBe(SAMPLE.length)
    expect(losses).toMatchObject([{ had: 9, has: 0, message: expect.stringContaining('"blocks" does not exist') as string }])
    expect(await blocks().deadLetters()).toEqual([])
    expect(await rebuildProjection({ log: harness.log, projection: blocks(), signal: never })).toMatchObject({ equal: true })
  })

  test('a schema that was dropped altogether is noticed while nothing happens, and every read model comes back', async () => {
    await appendSample(harness.log)
    const abort = new AbortController()
    const losses: string[] = []
    const running = harness.projections.map((projection) => runProjection({ log: harness.log, projection, signal: abort.signal, onLost: ({ projection: name }) => losses.push(name) }))
    const isThere = async (): Promise<boolean> => (await readProjectionStatus(harness.projections, SAMPLE.length)).every(({ lagEvents }) => lagEvents === 0)
    while (!(await isThere())) await sleep(10)
    await harness.sql.query('DROP SCHEMA public CASCADE')
    while (losses.length < 2 || !(await isThere().catch(() => false))) await sleep(10)
    abort.abort()
    await Promise.all(running)
    expect(new Set(losses)).toEqual(new Set(harness.projections.map(({ name }) => name).filter((name) => name !== 'timelines')))
    expect(await readCounts(harness.sql)).toMatchObject({ published: 5, inFlight: 1 })
    for (const projection of harness.projections) expect(await rebuildProjection({ log: harness.log, projection, signal: never })).toMatchObject({ equal: true })
  })

  test('text that no SQL string can hold is kept readable', async () => {
    await appendSample(harness.log, [published('a', 1, { source: 'a\u0000b', claimedId: '\u0000' }), { ...operatorAction(2), data: { ...operatorAction(2).data, fields: { note: '\u0000' } } } as never])
    await harness.catchUp()
    expect(await scalar('SELECT source FROM anomalies')).toBe('a\uFFFDb')
    for (const projection of harness.projections) expect(await projection.deadLetters()).toEqual([])
  })
})

test('a projector killed nine times ends with what an undisturbed one has', async () => {
  await appendSample(harness.log, longHistory(300))
  const length = await harness.log.length()
  const { database } = (await harness.sql.query<{ database: string }>('SELECT current_database() AS database')).rows[0] as { database: string }
  const url = postgres.server.url.replace(/\/[^/]*$/, `/${database}`)
  for (let kill = 0; kill < 9; kill++) {
    const child = runChild(CHILD, [harness.paths.log, harness.paths.timelines, url])
    const patience = Date.now() + 20_000
    while (child.lines.length < 4 + kill && Date.now() < patience) await sleep(2)
    child.kill('SIGKILL')
    // The server may still commit what the one before had sent. Then this one ends by itself, and whoever watches it starts the next.
    await child.ended.catch((error: Error) => expect(error.message).toContain('another projector'))
  }
  await harness.catchUp()
  expect(await readCounts(harness.sql)).toEqual({ published: 300, admitted: 300, committed: 300, rejected: 0, timeout: 0, expired: 0, inFlight: 0 })
  expect(await harness.timelines.zcard('anomaly:timeline:COMMITTED')).toBe(300)
  expect(await scalar('SELECT count(*) FROM audit_logs')).toBe(String(length))

  const undisturbed = await createHarness(postgres)
  await appendSample(undisturbed.log, longHistory(300))
  await undisturbed.catchUp()
  for (const table of ['anomalies ORDER BY anomaly_id', 'validators ORDER BY validator_id', 'transactions ORDER BY block_height, tx_index', 'audit_logs ORDER BY sequence_num', 'audit_tree']) {
    const [left, right] = await Promise.all([harness, undisturbed].map(async ({ sql }) => (await sql.query(`SELECT * FROM ${table}`)).rows as unknown[]))
    expect(left).toEqual(right)
  }
  expect((await blocks().checkpoint()).position).toBe(asPosition(length))
  await undisturbed.close()
}, 120_000)

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
