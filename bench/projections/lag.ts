/**
 * How far read models are behind while events come steadily: each event's time from the moment it was due in the log
 * until a projection has committed it. An append that comes late cannot hide the wait.
 */
import { historyAppends } from '../log/history.js'
import type { EventLog } from '../../eventlog/log.js'
import { runProjection, type Projection } from '../../projections/index.js'
import { pause } from '../../platform/pause.js'
import { summarise, type Summary } from '../percentiles.js'

export type LagResult = { readonly perSecond: number; readonly seconds: number; readonly events: number; readonly appendedPerSecond: number; readonly lagMs: Readonly<Record<string, Summary>> }

const TICK_MS = 20

/** Appends the beginning of the history to an empty `log` while `projections` follow it. */
export async function measureLag(log: EventLog, projections: readonly Projection[], perSecond: number, seconds: number): Promise<LagResult> {
  const events = perSecond * seconds
  const dueAt = new Float64Array(events)
  const lags = new Map(projections.map(({ name }) => [name, new Float64Array(events)]))
  const stop = new AbortController()
  const runs = projections.map((projection) => {
    let seen = 0
    const lag = lags.get(projection.name) as Float64Array
    return runProjection({
      log, projection, signal: stop.signal, until: events as never,
      onProgress: ({ position }) => {
        const now = performance.now()
        for (; seen < position; seen++) lag[seen] = now - (dueAt[seen] as number)
      },
    })
  })
  try {
    let position = 0
    // Made before the clock matters, so that making them costs no event its time.
    const ticks = [...historyAppends(events, Math.max(1, Math.round((perSecond * TICK_MS) / 1000)))]
    const begin = performance.now()
    for (const appends of ticks) {
      const due = begin + (position * 1000) / perSecond
      dueAt.fill(due, position, position + appends.length)
      position += appends.length
      if (performance.now() < due) await pause(due - performance.now(), stop.signal)
      await log.append(appends)
    }
    const appendedPerSecond = (events * 1000) / (performance.now() - begin)
    await Promise.all(runs)
    return { perSecond, seconds, events, appendedPerSecond, lagMs: Object.fromEntries([...lags].map(([name, lag]) => [name, summarise(lag)])) }
  } finally {
    stop.abort()
    await Promise.allSettled(runs)
  }
}
