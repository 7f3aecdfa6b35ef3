/**
 * One anomaly an incident, never one a flow or a window. An incident is one target under one kind of attack for a minute
 * of capture time: the first decision opens and publishes it, later ones only count, and an attack that outlasts the
 * minute opens the next incident, which names the one it continues.
 */
import type { ScoreClaim } from '../../domain/scoring/score-claim.js'
import type { Attack, ModelOpinion } from '../engines/engine.js'
import type { Decision } from '../engines/ensemble.js'
import { boundedMap, type BoundedMap } from '../windows/bounded-map.js'

export const INCIDENT_MS = 60_000
/** Limit of the wire's producers: 500 anomalies a minute. A flood over a whole network must not become a flood of ours. */
export const MAX_INCIDENTS_PER_MINUTE = 500
const MAX_INCIDENTS = 10_000

export type Incident = {
  readonly anomalyId: string
  readonly openedMs: number
  readonly decision: Decision
  /** The incident that the same attack opened before, if it goes on. */
  readonly continues: string | undefined
  /** The chance with which it was published although a threshold held it back. */
  readonly sampleShare?: number
  /** What a model said of the flow towards the target that it finds worst, where one looks at flows. */
  readonly scoreClaim?: ScoreClaim | undefined
  /** What all models that look at flows make of the worst one towards the target. */
  readonly opinions?: readonly ModelOpinion[]
}

/** What must be remembered of an incident so that its attack is not published again. */
export type KnownIncident = {
  readonly key: string
  readonly anomalyId: string
  readonly openedMs: number
  /** The attacker that the finding named; empty where it named none. */
  readonly source: string
}

export type IncidentBook = {
  readonly incidents: BoundedMap<string, KnownIncident>
  /** Incidents of an earlier run, by key: who reads the same flows again meets the same attacks again. */
  readonly earlier: ReadonlyMap<string, readonly KnownIncident[]>
  minute: { startMs: number; opened: number }
  /** Decisions that belonged to an incident already published. */
  merged: number
  refused: number
}

export const newIncidentBook = (earlier: readonly KnownIncident[] = []): IncidentBook => ({
  incidents: boundedMap(MAX_INCIDENTS), earlier: byKey(earlier), minute: { startMs: -Infinity, opened: 0 }, merged: 0, refused: 0,
})

function byKey(incidents: readonly KnownIncident[]): Map<string, KnownIncident[]> {
  const groups = new Map<string, KnownIncident[]>()
  for (const incident of incidents) {
    const group = groups.get(incident.key)
    if (group === undefined) groups.set(incident.key, [incident])
    else group.push(incident)
  }
  return groups
}

/** Returns the incident to publish, or undefined when the decision belongs to one that is known. */
export function open(book: IncidentBook, decision: Decision, newId: () => string): Incident | undefined {
  const atMs = decision.observation.endMs
  const key = incidentKey(decision)
  const known = nearest(book, key, atMs)
  if (known !== undefined && Math.abs(atMs - known.openedMs) < INCIDENT_MS) {
    book.merged += 1
    return undefined
  }
  if (isPartOfFlood(book, decision, atMs) || !hasRoom(book, atMs)) return undefined
  const goesOn = known !== undefined && Math.abs(atMs - known.openedMs) < 2 * INCIDENT_MS
  const incident: Incident = { anomalyId: newId(), openedMs: atMs, decision, continues: goesOn ? known.anomalyId : undefined }
  book.incidents.set(key, knownOf(incident))
  return incident
}

export const knownOf = ({ anomalyId, openedMs, decision }: Incident): KnownIncident =>
  ({ key: incidentKey(decision), anomalyId, openedMs, source: decision.finding.source })

/** The incident of this run or of an earlier one that began closest to that moment. */
function nearest(book: IncidentBook, key: string, atMs: number): KnownIncident | undefined {
  let best = book.incidents.get(key)
  for (const one of book.earlier.get(key) ?? []) {
    if (best === undefined || Math.abs(atMs - one.openedMs) < Math.abs(atMs - best.openedMs)) best = one
  }
  return best
}

/** A flood over random ports also meets the scan rule: from the same source to the same target it is one incident. */
function isPartOfFlood(book: IncidentBook, { finding }: Decision, atMs: number): boolean {
  if (finding.attack !== 'port_scan') return false
  const flood = nearest(book, `flood|${finding.target}`, atMs)
  const same = flood !== undefined && flood.source === finding.source && Math.abs(atMs - flood.openedMs) < INCIDENT_MS
  if (same) book.merged += 1
  return same
}

function hasRoom(book: IncidentBook, atMs: number): boolean {
  if (Math.abs(atMs - book.minute.startMs) >= 60_000) book.minute = { startMs: atMs, opened: 0 }
  if (book.minute.opened >= MAX_INCIDENTS_PER_MINUTE) {
    book.refused += 1
    return false
  }
  book.minute.opened += 1
  return true
}

/** What one attack shows in different windows is one kind: a flood is not two incidents for being UDP and fragments. */
const KIND: Readonly<Record<Attack, string>> = {
  syn_flood: 'flood', udp_flood: 'flood', icmp_flood: 'flood', fragment_flood: 'flood', tcp_flood: 'flood',
  connection_flood: 'flood', unusual_traffic: 'flood',
  port_scan: 'scan', host_sweep: 'sweep', slow_http: 'slow', password_guessing: 'guessing', model_finding: 'model',
}

/** A sweep has many targets and one source: the source is whom it is about. */
function incidentKey({ finding }: Decision): string {
  const kind = KIND[finding.attack]
  return kind === 'sweep' ? `${kind}|${finding.source}` : `${kind}|${finding.target}`
}
