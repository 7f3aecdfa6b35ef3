/** Rebuilds all read models while events arrive and readers ask, goes back, drops the schema, and compares the end with a clean rebuild. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startApi } from '../../../graphql/index.js'
import { readProjectionStatus, type RebuildResult } from '../../../projections/index.js'
import { withSqlRetry } from '../../../projections/sql/retry.js'
import { createGround, type Ground } from './ground.js'
import { keepAppending, keepReading, type Reads } from './load.js'
import type { Order } from './messages.js'
import { startWorker, type Worker } from './start-worker.js'

export type UnderLoad = {
  readonly perSecond: number
  readonly readers: number
  readonly thinkMs: number
  /** Anomalies in the log before the load begins. */
  readonly history: number
  readonly settleMs: number
}

type Replaced = { readonly name: string; readonly equal: boolean; readonly seconds: number; readonly switchMs: number; readonly heldMs: number }

export type UnderLoadReport = {
  readonly ok: boolean
  readonly eventsPerSecond: number
  readonly events: number
  readonly duringRebuild: Reads
  readonly rebuild: readonly Replaced[]
  readonly rollBack: readonly Replaced[]
  readonly longestSwitchMs: number
  readonly duringDrop: Reads
  readonly drop: { readonly said: readonly string[]; readonly secondsUntilBack: number }
  readonly end: readonly Replaced[]
  readonly errors: readonly string[]
}

const LONGEST_SWITCH_MS = 1000
const BACK_WITHIN_MS = 60_000

export async function runRebuildUnderLoad({ perSecond, readers, thinkMs, history, settleMs }: UnderLoad): Promise<UnderLoadReport> {
  const ground = await createGround()
  const { sql, timelines, log, places } = ground
  const api = await startApi({ host: '127.0.0.1', port: 0, sources: { sql, timelines, log }, status: () => ({}) })
  const errors: string[] = []
  const [stop, stopReading, stopLooking] = [new AbortController(), new AbortController(), new AbortController()]
  let projector: Worker | undefined
  let builder: Worker | undefined
  const load: Promise<unknown>[] = []
  try {
    for (let done = 0; done < history; done += 500) await ground.grow(500)
    ;[projector, builder] = await Promise.all([startWorker(places), startWorker(places)])
    projector.tell({ do: 'live', batchEvents: 1000 })
    await untilEnd(ground, 1000)

    const startedAt = performance.now()
    const appending = keepAppending(ground.grow, perSecond, stop.signal)
    load.push(appending)
    const duringRebuild = noReads()
    const reading = Promise.all(Array.from({ length: readers }, () => keepReading(api.url, thinkMs, duringRebuild, stopReading.signal)))
    await sleep(settleMs)
    const rebuild = await replace(builder, { do: 'rebuild' }, errors)
    await sleep(settleMs)
    const rollBack = await replace(builder, { do: 'roll-back' }, errors)
    await sleep(settleMs)
    stopReading.abort()
    await reading

    const duringDrop = noReads()
    const looking = Promise.all(Array.from({ length: readers }, () => keepReading(api.url, thinkMs, duringDrop, stopLooking.signal)))
    const had = await log.length()
    // The projector may hold what this wants and want what this holds: PostgreSQL then ends one of the two, sometimes this.
    await withSqlRetry(() => sql.query('DROP SCHEMA public CASCADE'))
    const droppedAt = performance.now()
    await untilPosition(ground, had)
    const secondsUntilBack = Math.round((performance.now() - droppedAt) / 100) / 10
    await sleep(settleMs)
    stop.abort()
    const events = await appending
    const eventsPerSecond = Math.round(events / ((performance.now() - startedAt) / 1000))
    await untilEnd(ground, 0)
    stopLooking.abort()
    await looking
    const end = await replace(builder, { do: 'rebuild' }, errors)

    const said = [...new Set(projector.heard.flatMap((report) => (report.kind === 'lost' ? [report.sentence] : [])))]
    errors.push(...projector.heard.flatMap((report) => (report.kind === 'failed' ? [report.sentence] : [])))
    const longestSwitchMs = Math.max(...[...rebuild, ...rollBack].map(({ switchMs }) => switchMs))
    const all = [...rebuild, ...rollBack, ...end]
    const isWell = (reads: Reads): boolean => reads.reads > 0 && reads.failed + reads.mixed + reads.backwards === 0
    return {
      ok: errors.length === 0 && all.length === 3 * ground.projections.length && all.every(({ equal }) => equal) && longestSwitchMs < LONGEST_SWITCH_MS
        && isWell(duringRebuild) && duringRebuild.healing === 0 && isWell(duringDrop) && said.length > 0,
      eventsPerSecond, events: await log.length(), duringRebuild, rebuild, rollBack, longestSwitchMs, duringDrop, drop: { said, secondsUntilBack }, end, errors,
    }
  } catch (error) {
    const told = projector?.heard.flatMap((report) => (report.kind === 'failed' || report.kind === 'lost' ? [report.sentence] : [])) ?? []
    throw new Error(`the projector said: ${told.join('; ') || 'nothing'}`, { cause: error })
  } finally {
    for (const one of [stop, stopReading, stopLooking]) one.abort()
    await Promise.allSettled([...load, projector?.kill(), builder?.kill()])
    await api.close()
    await ground.close()
  }
}

const noReads = (): Reads => ({ reads: 0, failed: 0, mixed: 0, backwards: 0, healing: 0, samples: [] })

async function replace(worker: Worker, order: Order, errors: string[]): Promise<Replaced[]> {
  const replaced = worker.next('replaced')
  worker.tell(order)
  const { results, errors: failures } = await replaced
  errors.push(...failures)
  return results.map(({ name, equal, seconds, switchMs, heldMs }: RebuildResult) => ({ name, equal, seconds: Math.round(seconds * 100) / 100, switchMs, heldMs }))
}

const untilEnd = async (ground: Ground, lag: number): Promise<void> => untilPosition(ground, await ground.log.length() - lag)

async function untilPosition({ projections, log }: Ground, position: number): Promise<void> {
  const deadline = performance.now() + BACK_WITHIN_MS
  for (;;) {
    // Tables may not be there at this moment.
    const status = await readProjectionStatus(projections, await log.length()).catch(() => [])
    if (status.length > 0 && status.every((one) => one.position >= position)) return
    if (performance.now() > deadline) throw new Error(`the read models did not reach ${position}: ${JSON.stringify(status)}`)
    await sleep(50)
  }
}
