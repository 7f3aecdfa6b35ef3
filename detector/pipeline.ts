/**
 * Joins a source, a pace, the detector and a publisher. Pull-based from end to end: a publisher that is slow slows the
 * reading, and nothing piles up between them.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleepFor } from 'node:timers/promises'
import { countSilenced, type Counts } from './counts.js'
import { defaultEngines } from './engines/default-engines.js'
import type { Engine } from './engines/engine.js'
import type { Incident } from './incidents/incident-book.js'
import type { ScoreBook } from './incidents/score-book.js'
import { draftOf, type AnomalyDraft } from './incidents/payload.js'
import { toldOf } from './policy/apply-rules.js'
import { NO_RULES, type DetectorRules } from './policy/detector-rules.js'
import { openDetector, type OpenDetector } from './shards/open-detector.js'
import { openSource } from './sources/open-source.js'
import { atOwnPace, isAborted } from './sources/pace.js'
import type { SourceItem } from './sources/records.js'
import { shifted } from './sources/shifted.js'

export type Replay =
  /** As fast as it can be read; `stamp` says whether anomalies carry the capture's time (default) or the present. */
  | { readonly mode: 'asap'; readonly stamp?: 'capture' | 'now'; readonly loop?: boolean }
  /** As it was recorded, times `speed` (default 1); anomalies carry the present. */
  | { readonly mode: 'own-pace'; readonly loop?: boolean; readonly speed?: number }
  /**
   * Read once as fast as it can be; then what was found is published again and again, each time as a new anomaly of the
   * present. Reading a capture anew costs milliseconds of processor an anomaly, which a load for others cannot afford.
   */
  | { readonly mode: 'findings' }

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
  /** Threads that count, beside the one that reads and judges; 1, the default, is none: this thread does it all. */
  readonly workers?: number | undefined
  /** What a model says of flows, for anomalies to carry. */
  readonly scores?: ScoreBook | undefined
  readonly newId?: () => string
  /** What committed policies ask at this moment. */
  readonly rules?: () => DetectorRules
  readonly nowMs?: () => number
  /** Evenly from 0 to 1: which of what a threshold holds back is published as a sample. */
  readonly draw?: () => number
  /** From 0 to 1: how much of the recording the first replay leaves out, so that several detectors are not in step. */
  readonly shift?: number
}

export type PipelineStats = Readonly<Counts> & {
  /** Anomalies handed to `publish` and accepted by it. */
  readonly published: number
  /** Times the source was read to its end, or its findings were published. */
  readonly iterations: number
}

export const STATS_EVERY_MS = 500
const LONGEST_GAP_MS = 10_000
const SILENT_TURN_MS = 100
/** Findings of a recording that are published again; a long one has more than anybody needs. */
const MAX_KEPT = 1000

/**
 * Runs until the source ends, or until `signal` aborts a loop. Throws SourceError for a source that cannot be read,
 * ShardError where a worker fails.
 */
export async function runPipeline(options: PipelineOptions): Promise<PipelineStats> {
  const { engines = defaultEngines(), newId = randomUUID, rules = () => NO_RULES, scores, workers, replay } = options
  const detector = openDetector({ engines, newId, rulesNow: rules, scores, workers, isPaced: replay.mode === 'own-pace' })
  try {
    return await runWith(detector, { ...options, newId, rules })
  } finally {
    await detector.close()
  }
}

async function runWith(detector: OpenDetector, options: PipelineOptions & Required<Pick<PipelineOptions, 'newId' | 'rules'>>): Promise<PipelineStats> {
  const { newId, rules, nowMs = Date.now, draw = Math.random } = options
  const kept: Incident[] = []
  let published = 0
  let iterations = 0
  let lastStatsMs = -Infinity
  const stats = (): PipelineStats => ({ ...detector.counts, published, iterations })

  const tellNowAndThen = (): void => {
    if (options.onStats === undefined || nowMs() - lastStatsMs < STATS_EVERY_MS) return
    lastStatsMs = nowMs()
    options.onStats(stats())
  }

  const publishAll = async (incidents: readonly Incident[]): Promise<void> => {
    for (const incident of incidents) {
      if (isAborted(options.signal)) return
      const told = toldOf(incident, rules(), draw)
      if (told.kind === 'silenced') {
        countSilenced(detector.counts, told.reason)
        continue
      }
      await options.publish(draft(told.incident, detector.modelVersion, options, nowMs))
      published += 1
    }
  }

  const publishNew = async (incidents: readonly Incident[]): Promise<void> => {
    if (options.replay.mode === 'findings') kept.push(...incidents.slice(0, MAX_KEPT - kept.length))
    await publishAll(incidents)
  }

  const repeatKept = async (): Promise<void> => {
    const first = Math.floor((options.shift ?? 0) * kept.length)
    const inTurn = [...kept.slice(first), ...kept.slice(0, first)]
    while (!isAborted(options.signal)) {
      const before = published
      for (const incident of inTurn) {
        // The incident that it continued is one of the recording, not of this turn.
        await publishAll([{ ...incident, anomalyId: newId(), continues: undefined }])
        tellNowAndThen()
      }
      iterations += 1
      // Where policies silence all of it, there is nothing to do until one of them ends.
      if (published === before) await sleepUnlessAborted(SILENT_TURN_MS, options.signal)
      // Publishers that take everything at once must not keep timers and signals from being heard.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  while (!isAborted(options.signal)) {
    for await (const item of await itemsOf(options, iterations === 0, nowMs)) {
      const found = detector.accept(item)
      const incidents = found instanceof Promise ? await found : found
      if (incidents.length > 0) await publishNew(incidents)
      if (item.kind !== 'skipped') tellNowAndThen()
      if (isAborted(options.signal)) break
    }
    if (isAborted(options.signal)) break
    // Each iteration is a recording of its own: its incidents are new, and open flows do not reach over the seam.
    await publishNew(await detector.finish())
    iterations += 1
    if (kept.length > 0) await repeatKept()
    else if (options.replay.mode === 'findings' || options.replay.loop !== true) break
    // A source without records must not turn the loop into a busy one.
    await new Promise((resolve) => setImmediate(resolve))
  }
  options.onStats?.(stats())
  return stats()
}

async function itemsOf({ source, replay, signal, shift = 0 }: PipelineOptions, isFirst: boolean, nowMs: () => number): Promise<AsyncIterable<SourceItem>> {
  const open = async (): Promise<AsyncIterable<SourceItem>> => (typeof source === 'string' ? (await openSource(source)).items : source())
  if (replay.mode !== 'own-pace') return open()
  const speed = replay.speed ?? 1
  if (!(speed > 0)) throw new RangeError(`replay speed must be above 0, got ${speed}`)
  const items = isFirst && shift > 0 ? await shifted(open, shift, signal) : await open()
  return atOwnPace(items, { speed, longestGapMs: LONGEST_GAP_MS, nowMs, sleep: (ms) => sleepUnlessAborted(ms, signal), signal })
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal })
  } catch {
    // Aborted: the replay looks at the signal itself.
  }
}

function draft(incident: Incident, modelVersion: string, options: PipelineOptions, nowMs: () => number): AnomalyDraft {
  const { replay } = options
  const fresh = replay.mode !== 'asap' || replay.stamp === 'now'
  return draftOf(incident, {
    source: options.sensor ?? 'cybermesh-detector',
    modelVersion,
    detectedAtMs: Math.round(fresh ? nowMs() : incident.openedMs),
  })
}
