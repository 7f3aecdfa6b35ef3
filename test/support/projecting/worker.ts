/** A child program for soaks: keeps read models up with a log, rebuilds them or goes back, as it is told, until it is killed. */
import { openEmbeddedLog } from '../../../eventlog/index.js'
import {
  createProjections, createSqlPool, keepRunning, openEmbeddedTimelines, openRedisTimelines, rebuildProjection, rollBackProjection, runProjection,
  type Projection, type RebuildResult,
} from '../../../projections/index.js'
import { createTimelinesProjection } from '../../../projections/timelines/projection.js'
import { inParallel } from '../../../cli/shared/in-parallel.js'
import type { Order, Report } from './messages.js'

const [logPath, url, timelinesPath, redisUrl] = process.argv.slice(2)
if (logPath === undefined || url === undefined || timelinesPath === undefined) throw new Error('usage: worker LOG URL TIMELINES [REDIS]')

const log = await openEmbeddedLog(logPath)
const sql = createSqlPool({ url, replayable: true })
const ours = createProjections({ sql, timelines: await openEmbeddedTimelines(timelinesPath) })
// A lease has the name of its projection, so the second store of timelines runs without one.
const cached = redisUrl === undefined ? [] : [createTimelinesProjection(await openRedisTimelines({ url: redisUrl }))]
const { signal } = new AbortController()
const say = (report: Report): void => { process.send?.(report) }
const onProgress = ({ name, position }: { readonly name: string; readonly position: number }): void => say({ kind: 'at', name, position })
const onLost = ({ message }: Error): void => say({ kind: 'lost', sentence: message })

async function live({ batchEvents }: { readonly batchEvents: number }): Promise<void> {
  await Promise.all([
    ...ours.map((projection) => keepRunning({ log, projection, sql, holder: String(process.pid), signal, leaseMs: 400, batchEvents, onProgress, onLost })),
    ...cached.map((projection) => runProjection({ log, projection, signal, batchEvents, onProgress, onLost })),
  ])
}

/** A rebuild that was killed blocks the next for a moment. */
async function patiently(projection: Projection, work: typeof rebuildProjection): Promise<RebuildResult> {
  for (;;) {
    try {
      return await work({ log, projection, signal, onProgress })
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'REBUILD_RUNNING') throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function replaceAll(work: typeof rebuildProjection): Promise<void> {
  const outcomes = await inParallel([...ours, ...cached], 2, (projection) => patiently(projection, work))
  say({
    kind: 'replaced',
    results: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    errors: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : [])),
  })
}

process.on('message', (order: Order) => {
  const done = order.do === 'live' ? live(order) : replaceAll(order.do === 'rebuild' ? rebuildProjection : rollBackProjection)
  done.catch((error: unknown) => say({ kind: 'failed', sentence: error instanceof Error ? error.stack ?? error.message : String(error) }))
})
say({ kind: 'ready' })
