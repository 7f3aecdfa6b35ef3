/**
 * The API over finished read models: a life and a block, as its documents ask them, by the fast path and by yoga, beside
 * bare graphql-js with the same resolvers and beside PostGraphile on the same tables. All in one run, each server in a
 * process of its own, asked in turn.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openEmbeddedLog } from '../../eventlog/index.js'
import { createProjections, createSqlPool, migrate, openEmbeddedTimelines, runProjection } from '../../projections/index.js'
import { historyAppends } from '../log/history.js'
import { describeMachine, type Machine } from '../machine.js'
import { startDatabases } from '../projections/databases.js'
import { measureLoads, type Load, type Target } from './load.js'
import { bodiesOf, PAGES, rowBodiesOf, type Page, type Subjects } from './pages.js'
import type { ServerKind, ServerOptions } from './server-process.js'

export type GraphqlBenchOptions = {
  readonly events: number
  readonly seconds: number
  readonly callers: number
  /** A folder with `postgraphile` in its node_modules. */
  readonly postgraphile: string | undefined
  readonly folder: string | undefined
  progress(line: string): void
}

/** How many times the peer's requests a second, and how many times our CPU time a request the peer takes. */
export type Ratio = { readonly perSecond: number; readonly cpu: number }

export type Peer = { readonly loads: Readonly<Record<Page, Load>> } | { readonly missing: string }

export type GraphqlBenchResult = {
  readonly machine: Machine & { readonly postgres: string }
  readonly measuredAt: string
  readonly events: number
  readonly callers: number
  readonly seconds: number
  readonly ours: Readonly<Record<Page, Load>>
  /** The same API, asked by GET, which yoga answers. */
  readonly yoga: Readonly<Record<Page, Load>>
  readonly bare: Readonly<Record<Page, Load>>
  readonly postgraphile: Peer & { readonly version?: string }
  readonly ratios: Readonly<Record<Page, { readonly overBare: Ratio; readonly overYoga: Ratio; readonly overPostgraphile: Ratio | undefined }>>
}

const APPEND_BATCH = 5000
const MOST_SUBJECTS = 500
const IS_SOURCE = import.meta.url.endsWith('.ts')
const PROGRAM = fileURLToPath(new URL(`./server-process.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url))

export async function runGraphqlBench(options: GraphqlBenchOptions): Promise<GraphqlBenchResult> {
  const machine = describeMachine()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  chmodSync(folder, 0o755)
  const undo: (() => Promise<unknown>)[] = [() => Promise.resolve(rmSync(folder, { recursive: true, force: true }))]
  try {
    const databases = await startDatabases(join(folder, 'postgres'))
    undo.push(databases.stop)
    const paths = { sqlUrl: await databases.create('graphql'), logPath: join(folder, 'log'), timelinesPath: join(folder, 'timelines') }
    const subjects = await fill(options, paths)
    const { ours, yoga, bare, postgraphile } = await measureAll({ ...options, subjects }, paths)
    const over = (page: Page, peer: Readonly<Record<Page, Load>>): Ratio => ({ perSecond: ours[page].perSecond / peer[page].perSecond, cpu: peer[page].cpuMs / ours[page].cpuMs })
    return {
      machine: { ...machine, postgres: databases.version }, measuredAt: new Date().toISOString(), events: options.events, callers: options.callers, seconds: options.seconds, ours, yoga, bare, postgraphile,
      ratios: Object.fromEntries(PAGES.map((page) => [page, {
        overBare: over(page, bare), overYoga: over(page, yoga), overPostgraphile: 'loads' in postgraphile ? over(page, postgraphile.loads) : undefined,
      }])) as GraphqlBenchResult['ratios'],
    }
  } finally {
    for (const step of undo.reverse()) await step()
  }
}

type Paths = Omit<ServerOptions, 'kind' | 'postgraphile'>

async function fill({ events, progress }: GraphqlBenchOptions, { sqlUrl, logPath, timelinesPath }: Paths): Promise<Subjects> {
  progress(`making read models of ${events} events`)
  const log = await openEmbeddedLog(logPath)
  const sql = createSqlPool({ url: sqlUrl })
  const timelines = await openEmbeddedTimelines(timelinesPath)
  try {
    for (const appends of historyAppends(events, APPEND_BATCH)) await log.append(appends)
    await migrate(sql)
    for (const projection of createProjections({ sql, timelines })) await runProjection({ log, projection, signal: new AbortController().signal, untilEnd: true, poison: 'stop' })
    await sql.query('ANALYZE')
    const anomalies = await sql.query<{ id: string }>(`SELECT anomaly_id AS id FROM anomalies ORDER BY published_position DESC LIMIT ${MOST_SUBJECTS}`)
    const blocks = await sql.query<{ height: string }>(`SELECT height FROM blocks ORDER BY height DESC LIMIT ${MOST_SUBJECTS}`)
    return { anomalyIds: anomalies.rows.map(({ id }) => id), heights: blocks.rows.map(({ height }) => Number(height)) }
  } finally {
    await timelines.close()
    await sql.end()
    await log.close()
  }
}

type Measuring = GraphqlBenchOptions & { readonly subjects: Subjects }
type Server = { readonly url: string; cpuMicros(): Promise<number>; stop(): Promise<void> }
type Loads = Readonly<Record<Page, Load>>

async function measureAll(options: Measuring, paths: Paths): Promise<{ ours: Loads; yoga: Loads; bare: Loads; postgraphile: GraphqlBenchResult['postgraphile'] }> {
  const servers: Server[] = []
  const start = async (kind: ServerKind): Promise<Server> => {
    const server = await startServer({ kind, ...paths, postgraphile: options.postgraphile })
    servers.push(server)
    return server
  }
  try {
    const ours = await start('ours')
    const bare = await start('bare')
    const { missing, version } = findPostgraphile(options.postgraphile)
    const theirs = missing ?? await start('postgraphile').then((server) => tryOut(server, options)).catch((error: unknown) => `it does not run on Node ${process.version}: ${(error as Error).message}`)
    const found: Record<string, Partial<Record<Page, Load>>> = { ours: {}, yoga: {}, bare: {}, postgraphile: {} }
    for (const page of PAGES) {
      options.progress(`${page} page`)
      const bodies = bodiesOf(page, options.subjects)
      const targets: [string, Target][] = [
        ['ours', { ...ours, method: 'POST', bodies }], ['yoga', { ...ours, method: 'GET', bodies }], ['bare', { ...bare, method: 'POST', bodies }],
        ...(typeof theirs === 'string' ? [] : [['postgraphile', { ...theirs, method: 'POST', bodies: rowBodiesOf(page, options.subjects) }] as [string, Target]]),
      ]
      const loads = await measureLoads(targets.map(([, target]) => target), options)
      targets.forEach(([name], i) => { (found[name] as Partial<Record<Page, Load>>)[page] = loads[i] as Load })
    }
    return {
      ours: found['ours'] as Loads, yoga: found['yoga'] as Loads, bare: found['bare'] as Loads,
      postgraphile: { ...(version === undefined ? {} : { version }), ...(typeof theirs === 'string' ? { missing: theirs } : { loads: found['postgraphile'] as Loads }) },
    }
  } finally {
    for (const server of servers) await server.stop()
  }
}

/** A peer that fails under the load that is meant for it is no peer. */
async function tryOut(server: Server, { subjects, callers }: Measuring): Promise<Server> {
  for (const page of PAGES) await measureLoads([{ ...server, method: 'POST', bodies: rowBodiesOf(page, subjects) }], { callers, seconds: 0.2 })
  return server
}

async function startServer(options: ServerOptions): Promise<Server> {
  const child = fork(PROGRAM, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: IS_SOURCE ? ['--import', 'tsx'] : [], env: { ...process.env, NODE_ENV: 'production' } })
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill()
    await ended
  }
  const [told] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [{ error: 'the server ended' }])]) as [{ readonly url?: string; readonly error?: string }]
  if (told.url === undefined) {
    await stop()
    throw new Error(`${options.kind}: ${told.error ?? 'no address'}`)
  }
  return {
    url: told.url, stop,
    async cpuMicros() {
      const answer = once(child, 'message') as Promise<[{ readonly cpuMicros: number }]>
      child.send('cpu')
      return (await answer)[0].cpuMicros
    },
  }
}

function findPostgraphile(folder: string | undefined): { readonly missing?: string; readonly version?: string } {
  if (folder === undefined) return { missing: 'not asked for: install it with `npm i --prefix FOLDER postgraphile@5.1.5` and name the folder with --postgraphile' }
  const manifest = join(folder, 'node_modules', 'postgraphile', 'package.json')
  if (!existsSync(manifest)) return { missing: `${folder} has no postgraphile in its node_modules` }
  return { version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version }
}
