/** One look at everything that runs: what the live table shows and what the summary is made of. */
import type { LifecycleCounts } from '../../domain/anomaly/counts.js'
import { fetchStatus, type RoleStatus } from '../shared/fetch-status.js'
import type { Plan } from './plan.js'

export type ValidatorView = {
  readonly name: string
  readonly up: boolean
  readonly height: number
  readonly view: number
  readonly viewChanges: number
  readonly stateRoot: string
  readonly peers: number
}

export type DetectorView = {
  readonly name: string
  readonly up: boolean
  /** Its source was read to the end, and nothing will be read again. */
  readonly isFinished: boolean
  readonly packets: number
  /** Since its process started. */
  readonly published: number
  /** Those of them that it heard were committed. */
  readonly heardCommitted: number
  readonly heardRejected: number
  /** Nothing was heard of them for a minute and a half. */
  readonly timedOut: number
  /** Where the network says that it stands, 0 to 100; null until that changed. */
  readonly standing: number | null
  /** Committed policies that change what it publishes, or speak to others. */
  readonly policiesInForce: number
}

export type Snapshot = {
  readonly validators: readonly ValidatorView[]
  readonly counts: LifecycleCounts
  readonly height: number
  readonly logPosition: number
  /** Entries of the log that the newest audit checkpoint covers. */
  readonly auditSize: number
  readonly latencyMs: { readonly p50: number; readonly p99: number } | undefined
  readonly projections: Readonly<Record<string, { readonly position: number; readonly lagMs: number }>>
  readonly detectors: readonly DetectorView[]
}

/** Fields of a role's status, whatever it answered. */
const at = (status: RoleStatus, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, field) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined), status)
const numberAt = (status: RoleStatus, ...path: readonly string[]): number => Number(at(status, ...path) ?? 0)

export async function takeSnapshot(plan: Plan, isDetecting: boolean): Promise<Snapshot> {
  const [validators, recorder, projector, detectors] = await Promise.all([
    Promise.all(plan.validators.map(async ({ name, opsUrl }) => viewOf(name, await fetchStatus(opsUrl)))),
    fetchStatus(plan.recorder.opsUrl),
    fetchStatus(plan.projector.opsUrl),
    isDetecting ? Promise.all(plan.detectors.map(async ({ name, opsUrl }) => detectorOf(name, await fetchStatus(opsUrl)))) : [],
  ])
  const latency = at(recorder, 'latencyMs') as { p50: number; p99: number } | undefined
  return {
    validators,
    counts: {
      published: numberAt(recorder, 'published'), admitted: numberAt(recorder, 'admitted'), committed: numberAt(recorder, 'committed'),
      rejected: numberAt(recorder, 'rejected'), timeout: numberAt(recorder, 'timeout'), expired: numberAt(recorder, 'expired'),
      inFlight: numberAt(recorder, 'inFlight'),
    },
    height: numberAt(recorder, 'height'),
    logPosition: numberAt(recorder, 'position'),
    auditSize: numberAt(recorder, 'audit', 'published', 'size'),
    latencyMs: latency === undefined ? undefined : { p50: round(latency.p50), p99: round(latency.p99) },
    projections: projectionsOf(projector),
    detectors,
  }
}

function viewOf(name: string, status: RoleStatus): ValidatorView {
  return {
    name, up: status.ok, height: numberAt(status, 'committedHeight'), view: numberAt(status, 'view'), viewChanges: numberAt(status, 'viewChanges'),
    stateRoot: String(at(status, 'stateRoot') ?? ''), peers: numberAt(status, 'connectedPeers'),
  }
}

function detectorOf(name: string, status: RoleStatus): DetectorView {
  return {
    name, up: status.ok, isFinished: at(status, 'isFinished') === true, packets: numberAt(status, 'pipeline', 'packets'),
    published: numberAt(status, 'publisher', 'published'), heardCommitted: numberAt(status, 'feedback', 'ownCommitted'),
    heardRejected: numberAt(status, 'feedback', 'own', 'REJECTED'), timedOut: numberAt(status, 'feedback', 'own', 'TIMEOUT'),
    standing: (at(status, 'feedback', 'reputation', 'standing') as number | undefined) ?? null,
    policiesInForce: numberAt(status, 'feedback', 'policies', 'inForce', 'length'),
  }
}

function projectionsOf(projector: RoleStatus): Snapshot['projections'] {
  const all = (at(projector, 'projections') ?? {}) as Record<string, { position: number; lagMs: number }>
  return Object.fromEntries(Object.entries(all).map(([name, { position, lagMs }]) => [name, { position, lagMs }]))
}

const round = (value: number): number => Math.round(value * 10) / 10

/** Nothing is on its way any more: every lifecycle settled, every validator at one height, every read model at the end. */
export function isSettled({ counts, validators, projections, logPosition, height }: Snapshot): boolean {
  const live = validators.filter(({ up }) => up)
  return counts.inFlight === 0
    && live.length > 0 && live.every((validator) => validator.height === height && validator.stateRoot === live[0]?.stateRoot)
    && Object.keys(projections).length > 0 && Object.values(projections).every(({ position }) => position === logPosition)
}
