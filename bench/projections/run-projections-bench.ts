/**
 * Read models built from the log: in memory, in the timeline stores, in SQL one by one and all at once; the same rows by
 * Emmett and by COPY on the same PostgreSQL; and how far the live ones are behind under a steady load. Everything in one
 * run. Rows are counted; where the builders disagree there is no result.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import type { EventLog } from '../../eventlog/log.js'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { createProjections, createSqlPool, migrate, openEmbeddedTimelines, openRedisTimelines, rebuildProjection, type Projection } from '../../projections/index.js'
import { createBlocksProjection } from '../../projections/blocks/projection.js'
import { buildModel } from '../../projections/memory/build-model.js'
import { emptyModel } from '../../projections/memory/model.js'
import { createTimelinesProjection } from '../../projections/timelines/projection.js'
import { createDecades } from '../decades.js'
import { historyAppends } from '../log/history.js'
import { describeMachine, type Machine } from '../machine.js'
import { createStopwatch, timed, type Cost } from '../stopwatch.js'
import { startDatabases, type Databases } from './databases.js'
import { countRows, type RowCounts } from './count-rows.js'
import type { EmmettResult } from './emmett.js'
import { fillByDecade, type Filled } from './fill.js'
import { measureLag, type LagResult } from './lag.js'
import { startRedis } from './redis.js'
import { measureCopy } from './sql-limits.js'

export type ProjectionsBenchOptions = {
  readonly events: number
  /** Emmett gets the first so many of them: it would take too long with all. */
  readonly emmettEvents: number
  readonly lagPerSecond: number
  /** 0 leaves the lag out. */
  readonly lagSeconds: number
  readonly folder: string | undefined
  progress(line: string): void
}

export type ProjectionsBenchResult = {
  readonly machine: Machine & { readonly postgres: string; readonly redis: string | undefined }
  /** UTC. */
  readonly measuredAt: string
  readonly events: number
  readonly memory: Filled
  /** From an empty store to the end of the log, each alone. */
  readonly projections: Readonly<Record<string, Filled>>
  readonly redisTimelines: Filled | undefined
  /** Blue/green: fill beside the live one, compare every row, switch. */
  readonly rebuilds: Readonly<Record<string, Cost & { readonly equal: boolean }>>
  readonly rebuildAll: Cost
  readonly limits: { /** The tables of `blocks` by COPY from the server's own disk. */ readonly copy: Cost & { readonly rows: number } }
  /** Undefined where its package is not installed. */
  readonly emmett: EmmettResult | undefined
  /** `blocks` over the same events as Emmett. */
  readonly blocksForEmmett: Cost
  readonly lag: LagResult | undefined
  readonly ratios: { readonly overEmmett: number | undefined; readonly ofCopy: number }
}

const BLOCK_TABLES = ['blocks', 'transactions', 'state_versions', 'validators', 'anomalies'] as const
const APPEND_BATCH = 5000

export async function runProjectionsBench(options: ProjectionsBenchOptions): Promise<ProjectionsBenchResult> {
  const machine = describeMachine()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  // Started by root, the database runs as another user.
  chmodSync(folder, 0o755)
  const undo: (() => Promise<unknown>)[] = [() => Promise.resolve(rmSync(folder, { recursive: true, force: true }))]
  try {
    const databases = await startDatabases(join(folder, 'postgres'))
    undo.push(databases.stop)
    const log = await openEmbeddedLog(join(folder, 'log'))
    undo.push(() => log.close())
    options.progress(`making a log of ${options.events} events`)
    for (const appends of historyAppends(options.events, APPEND_BATCH)) await log.append(appends)
    const measured = await measure(options, folder, log, databases)
    return { machine: { ...machine, postgres: databases.version, redis: measured.redisVersion }, measuredAt: new Date().toISOString(), events: options.events, ...measured.result }
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

type Measured = { readonly redisVersion: string | undefined; readonly result: Omit<ProjectionsBenchResult, 'machine' | 'measuredAt' | 'events'> }

async function measure(options: ProjectionsBenchOptions, folder: string, log: EventLog, databases: Databases): Promise<Measured> {
  const { events, progress } = options
  const emmettEvents = Math.min(options.emmettEvents, events)
  progress('in memory')
  const { filled: memory, counts: expected } = await inMemory(log, events)
  const sql = createSqlPool({ url: await databases.create('ours') })
  const timelines = await openEmbeddedTimelines(join(folder, 'timelines'))
  try {
    await migrate(sql)
    const all = createProjections({ sql, timelines })
    const projections: Record<string, Filled> = {}
    for (const projection of all) {
      progress(`filling ${projection.name}`)
      projections[projection.name] = await fillByDecade(log, projection, events)
    }
    refuseOther('the projection', await countRows(sql), expected)
    progress('the same tables by COPY')
    const copy = await measureCopy(sql, BLOCK_TABLES, events)
    const rebuilds: Record<string, Cost & { equal: boolean }> = {}
    for (const projection of all) {
      progress(`rebuilding ${projection.name}`)
      rebuilds[projection.name] = await rebuild(log, projection, events)
    }
    progress('rebuilding all at once')
    const rebuildAll = await timed(events, () => Promise.all(all.map((projection) => rebuild(log, projection, events))))
    const redis = await inRedis(options, folder, log)
    progress(`Emmett, the first ${emmettEvents} events`)
    const emmett = await byEmmett(databases, log, emmettEvents)
    const small = await oursForEmmett(databases, log, emmettEvents)
    if (emmett !== undefined) refuseOther('Emmett', emmett.counts, small.counts)
    const lag = options.lagSeconds === 0 ? undefined : await underLoad(options, folder, databases)
    const blocks = projections.blocks as Filled
    return {
      redisVersion: redis?.version,
      result: {
        memory, projections, redisTimelines: redis?.filled, rebuilds, rebuildAll, limits: { copy }, emmett, blocksForEmmett: small.cost, lag,
        ratios: { overEmmett: emmett === undefined ? undefined : small.cost.perSecond / emmett.perSecond, ofCopy: blocks.perSecond / copy.perSecond },
      },
    }
  } finally {
    await timelines.close()
    await sql.end()
  }
}

async function inMemory(log: EventLog, events: number): Promise<{ filled: Filled; counts: RowCounts }> {
  const decades = createDecades(events)
  const model = emptyModel()
  for (const { from, to } of decades.costs()) await decades.at(from).time(() => buildModel({ log, until: to, model }))
  const states: Record<string, number> = {}
  for (const { state } of model.anomalies.values()) states[state] = (states[state] ?? 0) + 1
  return { filled: decades.whole(), counts: { blocks: model.blocks.length, transactions: model.transactions, anomalies: model.anomalies.size, states } }
}

async function rebuild(log: EventLog, projection: Projection, events: number): Promise<Cost & { equal: boolean }> {
  const watch = createStopwatch()
  const { equal, events: applied } = await watch.time(() => rebuildProjection({ log, projection, signal: new AbortController().signal }))
  if (!equal || applied !== events) throw new Error(`the rebuild of ${projection.name} stopped at ${applied} of ${events} events, equal: ${equal}`)
  return { ...watch.cost(events), equal }
}

async function inRedis({ events, progress }: ProjectionsBenchOptions, folder: string, log: EventLog): Promise<{ filled: Filled; version: string } | undefined> {
  const redis = await startRedis(join(folder, 'redis'))
  if (redis === undefined) return undefined
  progress('filling timelines in Redis')
  const store = await openRedisTimelines({ url: redis.url })
  try {
    return { filled: await fillByDecade(log, createTimelinesProjection(store), events), version: redis.version }
  } finally {
    await store.close()
    await redis.stop()
  }
}

async function byEmmett(databases: Databases, log: EventLog, events: number): Promise<EmmettResult | undefined> {
  const emmett = await import('./emmett.js').catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  })
  return emmett?.measureEmmett(await databases.create('emmett'), log, events)
}

async function oursForEmmett(databases: Databases, log: EventLog, events: number): Promise<{ cost: Cost; counts: RowCounts }> {
  const sql = createSqlPool({ url: await databases.create('ours_small') })
  try {
    await migrate(sql)
    const cost = await fillByDecade(log, createBlocksProjection(sql), events)
    return { cost, counts: await countRows(sql) }
  } finally {
    await sql.end()
  }
}

async function underLoad({ lagPerSecond, lagSeconds, progress }: ProjectionsBenchOptions, folder: string, databases: Databases): Promise<LagResult> {
  progress(`${lagPerSecond} events/s for ${lagSeconds} s while all projections follow`)
  const log = await openEmbeddedLog(join(folder, 'live-log'))
  const sql = createSqlPool({ url: await databases.create('live') })
  const timelines = await openEmbeddedTimelines(join(folder, 'live-timelines'))
  try {
    await migrate(sql)
    return await measureLag(log, createProjections({ sql, timelines }), lagPerSecond, lagSeconds)
  } finally {
    await timelines.close()
    await sql.end()
    await log.close()
  }
}

function refuseOther(who: string, counts: RowCounts, expected: RowCounts): void {
  if (!isDeepStrictEqual(counts, expected)) throw new Error(`${who} built other rows: ${JSON.stringify(counts)} instead of ${JSON.stringify(expected)}`)
}
