/**
 * The second half of the detector: engines judge what was counted, in order, and decisions become incidents. What engines
 * learn and which incidents are known is one memory of the whole network, so it is in one thread.
 */
import type { Moment } from './counting.js'
import { newCounts, type Counts } from './counts.js'
import type { Engine, EngineVerdict, Observation } from './engines/engine.js'
import { decide } from './engines/ensemble.js'
import { toFlowRecord } from './flows/flow-record.js'
import { newIncidentBook, open, type Incident, type KnownIncident } from './incidents/incident-book.js'
import type { ScoreBook } from './incidents/score-book.js'
import { ruledVerdicts } from './policy/apply-rules.js'
import { NO_RULES, type DetectorRules } from './policy/detector-rules.js'
import type { FlowRecord } from './sources/records.js'

const NO_VERDICTS: readonly EngineVerdict[] = []
const NO_INCIDENTS: readonly Incident[] = []

export type JudgingOptions = {
  readonly engines: readonly Engine[]
  readonly newId: () => string
  /** What committed policies ask of verdicts at this moment. */
  readonly rulesNow?: (() => DetectorRules) | undefined
  /** Incidents of an earlier run over the same flows: they are not opened again. */
  readonly earlier?: readonly KnownIncident[] | undefined
  /** Looks at every flow and says what incidents carry of it. */
  readonly scores?: ScoreBook | undefined
}

export type Judging = {
  readonly counts: Counts
  /** Whether anybody looks at flows. */
  readonly needsFlows: boolean
  judgeMoment(moment: Moment): readonly Incident[]
  /** Counts a record and shows it to who looks at flows. */
  judgeRecord(record: FlowRecord): readonly Incident[]
}

export function newJudging({ engines, newId, rulesNow = () => NO_RULES, earlier, scores }: JudgingOptions): Judging {
  const counts = newCounts()
  const needsFlows = scores !== undefined || engines.some(({ watches }) => watches.includes('flow'))
  let incidents = newIncidentBook(earlier)

  const judge = (observation: Observation): Incident | undefined => {
    if (observation.kind === 'target-window') counts.windows += 1
    if (observation.kind === 'flow') scores?.see(observation)
    const watching = engines.filter((engine) => engine.watches.includes(observation.kind))
    const mayDecide = watching.some((engine) => engine.mayDecide?.(observation) ?? true)
    const verdicts = mayDecide ? watching.flatMap((engine) => engine.judge(observation)) : NO_VERDICTS
    const ruled = ruledVerdicts(verdicts, rulesNow())
    const decision = decide(observation, ruled)
    // What a policy hides is still no engine's normal.
    const isAttack = decision !== undefined || (ruled !== verdicts && decide(observation, verdicts) !== undefined)
    for (const engine of engines) engine.learn?.(observation, isAttack)
    if (decision === undefined) return undefined
    const incident = open(incidents, decision, newId)
    return incident === undefined ? undefined : { ...incident, ...sayings(decision.finding.target, incident.openedMs) }
  }

  /** What models say of the worst flow towards a host. */
  const sayings = (target: string, nowMs: number): Pick<Incident, 'scoreClaim' | 'opinions'> => {
    const scoreClaim = scores?.worstTowards(target, nowMs)
    const opinions = engines.flatMap((engine) => engine.opinionsOn?.(target, nowMs) ?? [])
    return { ...(scoreClaim === undefined ? {} : { scoreClaim }), ...(opinions.length === 0 ? {} : { opinions }) }
  }

  const judgeAll = (observations: readonly Observation[]): Incident[] => observations.flatMap((observation) => {
    const incident = judge(observation)
    if (incident === undefined) return []
    const { threatType } = incident.decision.finding
    counts.detections[threatType] = (counts.detections[threatType] ?? 0) + 1
    return [incident]
  })

  const endRecording = ({ late, dropped }: NonNullable<Moment['end']>): void => {
    for (const [reason, more] of Object.entries({ ...dropped, 'incident-refused': incidents.refused })) {
      if (more > 0) counts.dropped[reason] = (counts.dropped[reason] ?? 0) + more
    }
    counts.late += late
    counts.merged += incidents.merged
    incidents = newIncidentBook()
  }

  return {
    counts, needsFlows,
    judgeMoment({ windows, sources, slow, flows, flowsEnded, end }) {
      counts.flows += flowsEnded
      const found = [...judgeAll(windows), ...judgeAll(sources), ...judgeAll(slow), ...judgeAll(flows.map(toFlowRecord))]
      if (end !== undefined) endRecording(end)
      return found
    },
    judgeRecord(record) {
      counts.flows += 1
      return needsFlows ? judgeAll([record]) : NO_INCIDENTS
    },
  }
}
