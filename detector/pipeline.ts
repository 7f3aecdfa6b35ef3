/**
 * Joins a source, a pace, the detector and a publisher. Pull-based from end to end: a publisher that is slow slows the
 * reading, and nothing piles up between them.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Counts } from './counts.js'
import { newDetector, type Detector } from './detector.js'
import { defaultEngines } from './engines/default-engines.js'
import type { Engine } from './engines/engine.js'
import type { Incident } from './incidents/incident-book.js'
import { draftOf, type AnomalyDraft } from './incidents/payload.js'
import { openSource } from './sources/open-source.js'
import { atOwnPace, isAborted } from './sources/pace.js'
import type { SourceItem } from './sources/records.js'

export type Replay =
  /** As fast as it can be read; `stamp` says whether anomalies carry the capture's time (default) or the present. */
  | { readonly mode: 'asap'; readonly stamp?: 'capture' | 'now'; readonly loop?: boolean }
  /** As it was recorded, times `speed` (default 1); anomalies carry the present. */
  | { readonly mode: 'own-pace'; readonly loop?: boolean; readonly speed?: number }

export type PipelineOptions = {
  /** A file, or a function that opens the items anew for each iteration of a loop. */
  readonly source: string | (() => Promise<AsyncIterable<SourceItem>>)
  readonly replay: Replay
  /** Awaited before anything more is read. Its rejection ends the pipeline. */
  readonly publish: (draft: AnomalyDraft) => Promise<void>
  /** At most twice a second, and at the end. */
  readonly onStats?: ((stats: PipelineStats) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Name of this sensor in the envelope. */
  readonly sensor?: string
  readonly engines?: readonly Engine[]
  readonly newId?: () => string
  readonly nowMs?: () => number
}

export type PipelineStats = Readonly<Counts> & {
  /** Anomalies handed to `publish` and accepted by it. */
  readonly published: number
  /** Times the source was read to its end. */
  readonly iterations: number
}

const STATS_EVERY_MS = 500
const LONGEST_GAP_MS = 10_000

/** Runs until the source ends, or until `signal` aborts a loop. Throws SourceError for a source that cannot be read. */
export async function runPipeline(options: PipelineOptions): Promise<PipelineStats> {
  const nowMs = options.nowMs ?? Date.now
  const detector = newDetector(options.engines ?? defaultEngines(), options.newId ?? randomUUID)
  let published = 0
  let iterations = 0
  let lastStatsMs = -Infinity
  const stats = (): PipelineStats => ({ ...detector.counts, published, iterations })

  const publishAll = async (incidents: readonly Incident[]): Promise<void> => {
    for (const incident of incidents) {
      await options.publish(draft(incident, detector, options, nowMs))
      published += 1
    }
  }

  while (!isAborted(options.signal)) {
    for await (const item of await itemsOf(options, nowMs)) {
      const incidents = detector.accept(item)
      if (incidents.length > 0) await publishAll(incidents)
      if (options.onStats !== undefined && item.kind !== 'skipped' && nowMs() - lastStatsMs >= STATS_EVERY_MS) {
        lastStatsMs = nowMs()
        options.onStats(stats())
      }
      if (isAborted(options.signal)) break
    }
    if (isAborted(options.signal)) break
    // Each iteration is a recording of its own: its incidents are new, and open flows do not reach over the seam.
    await publishAll(detector.finish())
    iterations += 1
    if (options.replay.loop !== true) break
    // A source without records must not turn the loop into a busy one.
    await new Promise((resolve) => setImmediate(resolve))
  }
  options.onStats?.(stats())
  return stats()
}

async function itemsOf(options: PipelineOptions, nowMs: () => number): Promise<AsyncIterable<SourceItem>> {
  const { source, replay, signal } = options
  const items = typeof source === 'string' ? (await openSource(source)).items : await source()
  if (replay.mode === 'asap') return items
  const speed = replay.speed ?? 1
  if (!(speed > 0)) throw new RangeError(`replay speed must be above 0, got ${speed}`)
  return atOwnPace(items, { speed, longestGapMs: LONGEST_GAP_MS, nowMs, sleep: (ms) => sleepUnlessAborted(ms, signal), signal })
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal })
  } catch {
    // Aborted: the replay looks at the signal itself.
  }
}

function draft(incident: Incident, detector: Detector, options: PipelineOptions, nowMs: () => number): AnomalyDraft {
  const { replay } = options
  const fresh = replay.mode === 'own-pace' || replay.stamp === 'now'
  return draftOf(incident, {
    source: options.sensor ?? 'cybermesh-detector',
    modelVersion: detector.modelVersion,
    detectedAtMs: Math.round(fresh ? nowMs() : incident.openedMs),
  })
}
