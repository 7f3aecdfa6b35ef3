/**
 * The pipeline of a source that is followed. Nothing is skipped: a restart reads on from where the source was settled,
 * before every window that was open. Nothing is published as two anomalies: an incident is written down before it is
 * sent, and who meets its attack again recognises it. A crash between the topic's answer and the note of it sends the
 * same anomaly, by the same identifier, once more; validators refuse it as DUPLICATE.
 */
import { randomUUID } from 'node:crypto'
import { defaultEngines } from '../engines/default-engines.js'
import type { Engine } from '../engines/engine.js'
import type { ScoreBook } from '../incidents/score-book.js'
import { knownOf, type Incident } from '../incidents/incident-book.js'
import { countSilenced } from '../counts.js'
import { draftOf, type AnomalyDraft } from '../incidents/payload.js'
import { STATS_EVERY_MS, type PipelineStats } from '../pipeline.js'
import { toldOf } from '../policy/apply-rules.js'
import { NO_RULES, type DetectorRules } from '../policy/detector-rules.js'
import { openDetector, type OpenDetector } from '../shards/open-detector.js'
import { isAborted } from '../sources/pace.js'
import type { Skipped, SourceItem } from '../sources/records.js'
import type { LiveSource } from './live-source.js'
import { draftOfKept, keptDraft, stillNeeded } from './outbox.js'
import { createSettling } from './settling.js'
import { openStateFile, type LiveState } from './state-file.js'

export type LiveOptions<P> = {
  readonly source: LiveSource<P>
  readonly positionFile: string
  /** Awaited before anything more is read; resolves when the anomaly is durable. Its rejection ends the pipeline. */
  readonly publish: (draft: AnomalyDraft) => Promise<void>
  /** At most twice a second, and at the end. */
  readonly onStats?: ((stats: PipelineStats) => void) | undefined
  readonly onSkipped?: ((skipped: Skipped) => void) | undefined
  /** What committed policies ask at this moment. */
  readonly rules?: () => DetectorRules
  readonly signal: AbortSignal
  readonly sensor?: string
  readonly engines?: readonly Engine[]
  /** Threads that count, beside the one that reads and judges; 1, the default, is none: this thread does it all. */
  readonly workers?: number | undefined
  /** What a model says of flows, for anomalies to carry. */
  readonly scores?: ScoreBook | undefined
  readonly newId?: () => string
  readonly nowMs?: () => number
  /** Evenly from 0 to 1: which of what a threshold holds back is published as a sample. */
  readonly draw?: () => number
  /** How often a settled position is written down. */
  readonly saveEveryMs?: number
}

/** A crash reads so much again at most; an fsync for every batch would cost more than that. */
const SAVE_EVERY_MS = 1000

/** Runs until `signal` aborts or the source ends. Throws SourceError for what cannot be read. */
export async function runLive<P>(options: LiveOptions<P>): Promise<PipelineStats> {
  const { source } = options
  const file = openStateFile(options.positionFile, source.name)
  try {
    return await withDetector(options, file.state, (detector) => goOn(options, detector, file.state, file.save))
  } finally {
    file.close()
    await source.close()
  }
}

async function withDetector<P>(options: LiveOptions<P>, { incidents }: LiveState, use: (detector: OpenDetector) => Promise<PipelineStats>): Promise<PipelineStats> {
  const { engines = defaultEngines(), newId = randomUUID, rules, scores, workers } = options
  // What workers still hold is of the newest second, so it is never behind a position that is settled.
  const detector = openDetector({ engines, newId, rulesNow: rules, earlier: incidents, scores, workers, isPaced: true })
  try {
    return await use(detector)
  } finally {
    await detector.close()
  }
}

async function goOn<P>(options: LiveOptions<P>, detector: OpenDetector, before: LiveState, save: (state: LiveState) => void): Promise<PipelineStats> {
  const { source, signal, nowMs = Date.now, saveEveryMs = SAVE_EVERY_MS, rules = () => NO_RULES, draw = Math.random } = options
  const settling = createSettling<P>(source.join)
  let state = before
  let published = 0
  let flowsMs = -Infinity
  let lastSaveMs = nowMs()
  let lastStatsMs = -Infinity
  const stats = (): PipelineStats => ({ ...detector.counts, published, iterations: 0 })
  const keep = (more: Partial<LiveState>): void => {
    state = { ...state, ...more }
    save(state)
  }

  /** False: stopped meanwhile, and the rest stays in the outbox. */
  const emptyOutbox = async (): Promise<boolean> => {
    for (const kept of state.outbox) {
      if (!(await publishUnlessStopped(options, draftOfKept(kept, nowMs())))) return false
      published += 1
      keep({ outbox: state.outbox.filter((one) => one !== kept) })
    }
    return true
  }

  const toldOnes = (found: readonly Incident[]): readonly Incident[] => found.flatMap((incident) => {
    const told = toldOf(incident, rules(), draw)
    if (told.kind === 'told') return [told.incident]
    countSilenced(detector.counts, told.reason)
    return []
  })

  const publishAll = (found: readonly Incident[]): Promise<boolean> => {
    const incidents = toldOnes(found)
    const context = { source: options.sensor ?? 'cybermesh-detector', modelVersion: detector.modelVersion, detectedAtMs: Math.round(nowMs()) }
    keep({
      incidents: [...state.incidents, ...incidents.map(knownOf)],
      outbox: [...state.outbox, ...incidents.map((incident) => keptDraft(draftOf(incident, context)))],
    })
    return emptyOutbox()
  }

  const settle = async (settled: ReturnType<typeof settling.take>): Promise<void> => {
    if (settled === undefined) return
    keep({ position: settled.position, incidents: stillNeeded(state.incidents, settled.timeMs) })
    // After the file, so that a source which keeps its own position is never ahead of the incidents.
    await source.settled?.(settled.position)
  }

  /** Returns false once stopped. */
  const take = async (item: SourceItem): Promise<boolean> => {
    const found = detector.accept(item)
    const incidents = found instanceof Promise ? await found : found
    if (item.kind === 'flow') flowsMs = Math.max(flowsMs, item.startMs)
    else if (item.kind === 'tick') flowsMs = Math.max(flowsMs, item.timeMs)
    else if (item.kind === 'skipped') options.onSkipped?.(item)
    return incidents.length === 0 || publishAll(incidents)
  }

  let goesOn = await emptyOutbox()
  if (goesOn) {
    for await (const item of source.read((before.position ?? undefined) as P | undefined, signal)) {
      if (item.kind === 'mark') settling.add(item)
      else goesOn = await take(item)
      if (!goesOn || isAborted(signal)) break
      const now = nowMs()
      if (now - lastSaveMs >= saveEveryMs) {
        lastSaveMs = now
        await settle(settling.take(flowsMs))
      }
      if (now - lastStatsMs >= STATS_EVERY_MS) {
        lastStatsMs = now
        options.onStats?.(stats())
      }
    }
  }
  // Stopped: open windows stay open, and who goes on reads their flows again.
  if (goesOn && !isAborted(signal)) {
    goesOn = await publishAll(await detector.finish())
    if (goesOn) await settle(settling.takeAll())
  } else if (goesOn) await settle(settling.take(flowsMs))
  options.onStats?.(stats())
  return stats()
}

async function publishUnlessStopped<P>({ publish, signal }: LiveOptions<P>, draft: AnomalyDraft): Promise<boolean> {
  try {
    await publish(draft)
  } catch (error) {
    if (!isAborted(signal)) throw error
  }
  // Whether it was sent is not known: it stays in the outbox, and goes out by the same identifier.
  return !isAborted(signal)
}
