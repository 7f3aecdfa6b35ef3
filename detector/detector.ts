/**
 * From records to incidents: the synchronous heart of the detector. It reads no clock, opens no file and draws no random
 * number; time comes in with the records, identifiers through a function.
 */
import { modelVersionOf } from './engines/default-engines.js'
import type { Engine, Observation } from './engines/engine.js'
import { decide } from './engines/ensemble.js'
import { addToFlow, closeAllFlows, newFlowTable, sweepFlows, takeClosed } from './flows/flow-table.js'
import { toFlowRecord } from './flows/flow-record.js'
import { ruledVerdicts } from './policy/apply-rules.js'
import { NO_RULES, type DetectorRules } from './policy/detector-rules.js'
import { newIncidentBook, open, type Incident, type KnownIncident } from './incidents/incident-book.js'
import type { FlowRecord, Packet, SourceItem } from './sources/records.js'
import { addLongRecord, newSlowWindows, takeSlowWindows } from './windows/slow-windows.js'
import { addAttempt, newSourceWindows, takeSourceWindows } from './windows/source-windows.js'
import { LATENESS_MS, addFlowRecord, addPacket, advance, closeAll, newTargetWindows } from './windows/target-windows.js'
import { WINDOW_MS } from './windows/target-window.js'
import { newCounts, countSkipped, type Counts } from './counts.js'

export type Detector = {
  readonly modelVersion: string
  readonly counts: Counts
  /** Takes one item and returns the incidents that it brought to light. */
  accept(item: SourceItem): readonly Incident[]
  /** The end of a recording: closes everything open. The engines keep what they learned, the incidents are forgotten. */
  finish(): readonly Incident[]
}

/**
 * @param rulesNow what committed policies ask of verdicts at this moment
 * @param earlier incidents of an earlier run over the same flows: they are not opened again
 */
export function newDetector(
  engines: readonly Engine[], newId: () => string, rulesNow: () => DetectorRules = () => NO_RULES, earlier: readonly KnownIncident[] = [],
): Detector {
  const counts = newCounts()
  const watched = new Set(engines.flatMap((engine) => engine.watches))
  let traffic = newTraffic(earlier)

  const judge = (observation: Observation): Incident | undefined => {
    if (observation.kind === 'target-window') counts.windows += 1
    const verdicts = engines.flatMap((engine) => engine.watches.includes(observation.kind) ? engine.judge(observation) : [])
    const ruled = ruledVerdicts(verdicts, rulesNow())
    const decision = decide(observation, ruled)
    // What a policy hides is still no engine's normal.
    const isAttack = decision !== undefined || (ruled !== verdicts && decide(observation, verdicts) !== undefined)
    for (const engine of engines) engine.learn?.(observation, isAttack)
    return decision === undefined ? undefined : open(traffic.incidents, decision, newId)
  }

  const judgeAll = (observations: readonly Observation[]): Incident[] => observations.flatMap((observation) => {
    const incident = judge(observation)
    if (incident === undefined) return []
    const { threatType } = incident.decision.finding
    counts.detections[threatType] = (counts.detections[threatType] ?? 0) + 1
    return [incident]
  })

  /** Everything that is judged when a second ends, in a fixed order. */
  const endSecond = (nowMs: number): Incident[] => {
    sweepFlows(traffic.flows, nowMs)
    const slow = takeSlowWindows(traffic.slow, traffic.flows.open.values(), nowMs)
    return judgeAll([...takeSourceWindows(traffic.sources, nowMs), ...slow, ...finishedFlows()])
  }

  const finishedFlows = (): readonly FlowRecord[] => {
    const closed = takeClosed(traffic.flows)
    counts.flows += closed.length
    return watched.has('flow') ? closed.map(toFlowRecord) : []
  }

  const moveTo = (timeMs: number): readonly Incident[] => {
    // Captures are joined from parts; a large step back is a new recording, and its seconds are not the old ones'.
    const restarted = traffic.nowMs !== undefined && timeMs < traffic.nowMs - LATENESS_MS ? finish() : []
    const second = traffic.targets.second
    const found = judgeAll(advance(traffic.targets, timeMs))
    traffic.nowMs = Math.max(traffic.nowMs ?? timeMs, timeMs)
    if (traffic.targets.second === second) return restarted
    return [...restarted, ...found, ...endSecond(timeMs)]
  }

  const finish = (): readonly Incident[] => {
    const endMs = (traffic.nowMs ?? 0) + WINDOW_MS
    const windows = judgeAll(closeAll(traffic.targets))
    traffic.slow.nextCheckMs = endMs
    const last = endSecond(endMs)
    closeAllFlows(traffic.flows)
    const flows = judgeAll(finishedFlows())
    countDropped(counts, traffic)
    traffic = newTraffic()
    return [...windows, ...last, ...flows]
  }

  return {
    modelVersion: modelVersionOf(engines),
    counts,
    accept(item) {
      switch (item.kind) {
        case 'packet': {
          const incidents = moveTo(item.timeMs)
          addPacketTo(traffic, item)
          counts.packets += 1
          return incidents
        }
        case 'flow': {
          const incidents = moveTo(item.startMs)
          addRecordTo(traffic, item)
          counts.flows += 1
          return watched.has('flow') ? [...incidents, ...judgeAll([item])] : incidents
        }
        case 'tick': return moveTo(item.timeMs)
        case 'skipped':
          countSkipped(counts, item)
          return []
        case 'notice':
          counts.notices.push(item)
          return []
      }
    },
    finish,
  }
}

/** What a recording has open: all of it bounded, all of it forgotten at its end. */
type Traffic = {
  nowMs: number | undefined
  readonly flows: ReturnType<typeof newFlowTable>
  readonly targets: ReturnType<typeof newTargetWindows>
  readonly sources: ReturnType<typeof newSourceWindows>
  readonly slow: ReturnType<typeof newSlowWindows>
  readonly incidents: ReturnType<typeof newIncidentBook>
}

const newTraffic = (earlier: readonly KnownIncident[] = []): Traffic => ({
  nowMs: undefined, flows: newFlowTable(), targets: newTargetWindows(), sources: newSourceWindows(), slow: newSlowWindows(),
  incidents: newIncidentBook(earlier),
})

function addPacketTo(traffic: Traffic, packet: Packet): void {
  addPacket(traffic.targets, packet)
  const opened = addToFlow(traffic.flows, packet)
  if (opened !== undefined) addAttempt(traffic.sources, opened)
}

function addRecordTo(traffic: Traffic, record: FlowRecord): void {
  addFlowRecord(traffic.targets, record)
  addAttempt(traffic.sources, record)
  addLongRecord(traffic.slow, record)
}

function countDropped(counts: Counts, traffic: Traffic): void {
  const add = (reason: string, more: number): void => {
    if (more > 0) counts.dropped[reason] = (counts.dropped[reason] ?? 0) + more
  }
  add('flow-evicted', traffic.flows.evicted)
  add('target-spilled', traffic.targets.open.spilled)
  add('source-spilled', traffic.sources.sources.spilled)
  add('attempt-dropped', traffic.sources.attemptsDropped)
  add('slow-record-dropped', traffic.slow.recordsDropped)
  add('incident-refused', traffic.incidents.refused)
  counts.late += traffic.targets.late
  counts.merged += traffic.incidents.merged
}
