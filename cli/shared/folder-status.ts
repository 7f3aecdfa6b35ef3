/** The state of a data folder: asked of the roles where they run, read from the stores where they do not. */
import { join } from 'node:path'
import Table from 'cli-table3'
import { CHECKPOINT_FILE } from '../../audit/tiles/tile-files.js'
import { TIMELINES_PROJECTION } from '../../projections/timelines/projection.js'
import { visitLog } from '../doctor/log-visitor.js'
import { isDetectorName } from '../data-folder/layout.js'
import type { DataFolder } from '../data-folder/open.js'
import type { Plan, PlannedRole } from '../up/plan.js'
import { takeSnapshot, type DetectorView } from '../up/snapshot.js'
import { auditOfFile, auditOfRecorder, renderAudit, type AuditLine } from './audit-line.js'
import { fetchStatus } from './fetch-status.js'
import type { LifecycleCounts } from '../../domain/anomaly/counts.js'
import { hasTimelines, openTimelinesOf } from './folder-timelines.js'
import { createLedger } from './ledger.js'
import type { Progress } from './progress.js'
import { isProcessAlive, type FolderState, type Running } from './running.js'
import type { Seat } from '../../graphql/round-table.js'
import { renderRoundTable } from './render-round-table.js'
import { askRoundTable, readRoundTable } from './round-table.js'
import { hasLog } from './folder-log.js'
import { openLogOf } from './stopped-folder.js'

export type RoleLine = { readonly name: string; readonly pid: number | null; readonly up: boolean; readonly status: string }

/** `height` and `peers` beside what the round table says of it: the names this document had before there was one. */
export type ValidatorLine = Omit<Seat, 'peers'> & { readonly height: number | null; readonly peers: number | null }

export type FolderStatus = {
  readonly state: FolderState['kind']
  readonly folder: string
  readonly network: string
  readonly chainId: string
  readonly roles: readonly RoleLine[]
  readonly validators: readonly ValidatorLine[]
  /** Where each validator stands and whom it heard; as GraphQL gives it. */
  readonly roundTable: readonly Seat[]
  /** What each detector published and heard; none of a stopped folder. */
  readonly detectors: readonly DetectorView[]
  readonly counts: LifecycleCounts
  readonly height: number
  readonly logPosition: number
  /** Null where a recorder does not answer, or never published. */
  readonly audit: AuditLine | null
  /** Of a stopped folder only those that need no database. */
  readonly projections: Readonly<Record<string, { readonly position: number; readonly lagEvents: number; readonly lagMs: number | null }>>
  readonly api: string | null
  /** How to attach to the SQL read models; null when stopped. */
  readonly psql: string | null
}

export async function readStatus(data: DataFolder, state: FolderState, progress: Progress): Promise<FolderStatus> {
  const { layout, genesis } = data
  const common = { state: state.kind, folder: layout.folder, network: genesis.network, chainId: genesis.chainId }
  return state.kind === 'running'
    ? { ...common, ...await askRoles(data, state.running, progress) }
    : { ...common, ...await readStores(data, progress), roles: [], detectors: [], api: null, psql: null }
}

type Rest = Omit<FolderStatus, 'state' | 'folder' | 'network' | 'chainId'>

async function askRoles(data: DataFolder, running: Running, progress: Progress): Promise<Rest> {
  const { layout, genesis } = data
  const snapshot = await takeSnapshot(planOf(running, genesis.validators.map(({ name }) => name)), true)
  const roundTable = await askRoundTable(genesis, (name) => running.roles[name])
  // A recorder that does not answer leaves the log it wrote.
  const recorder = await fetchStatus(running.roles.recorder ?? '')
  const { counts, height, logPosition } = recorder.ok ? snapshot : await readLog(data, progress)
  return {
    roles: Object.entries(running.roles).map(([name, status]) => {
      const pid = running.pids[name] ?? null
      return { name, pid, up: pid !== null && isProcessAlive(pid), status }
    }),
    validators: roundTable.map(lineOf), roundTable, detectors: snapshot.detectors,
    counts, height, logPosition, audit: auditOfRecorder(recorder),
    projections: Object.fromEntries(Object.entries(snapshot.projections).map(([name, { position, lagMs }]) =>
      [name, { position, lagEvents: Math.max(0, logPosition - position), lagMs }])),
    api: running.api,
    psql: `psql "$(cat ${layout.sqlUrl})"`,
  }
}

/** The roles as `up` planned them, as far as their status addresses go. */
function planOf({ roles }: Running, validators: readonly string[]): Plan {
  const planned = (name: string, role: PlannedRole['role']): PlannedRole => ({ name, role, configPath: '', opsUrl: roles[name] ?? 'http://127.0.0.1:0' })
  return {
    validators: validators.map((name) => planned(name, 'validator')),
    recorder: planned('recorder', 'recorder'), projector: planned('projector', 'projector'), api: planned('api', 'api'), 
    detectors: Object.keys(roles).filter(isDetectorName).map((name) => planned(name, 'detector')),
  }
}

async function readStores(data: DataFolder, progress: Progress): Promise<Pick<Rest, 'validators' | 'roundTable' | 'counts' | 'height' | 'logPosition' | 'audit' | 'projections'>> {
  const roundTable = await readRoundTable(data)
  const { counts, logPosition, height } = await readLog(data, progress)
  return { validators: roundTable.map(lineOf), roundTable, counts, height, logPosition, audit: auditOfFile(join(data.layout.audit, CHECKPOINT_FILE)), projections: await readTimelinePosition(data, logPosition) }
}

const lineOf = ({ peers, ...seat }: Seat): ValidatorLine =>
  ({ ...seat, height: seat.committedHeight, peers: seat.isUp ? peers.filter(({ isConnected }) => isConnected).length : null })

async function readLog(data: DataFolder, progress: Progress): Promise<{ counts: LifecycleCounts; logPosition: number; height: number }> {
  const ledger = createLedger()
  if (!hasLog(data.layout)) return { counts: ledger.total(), logPosition: 0, height: 0 }
  const log = await openLogOf(data)
  let height = 0
  try {
    const logPosition = await log.length()
    await visitLog(log, logPosition, [{
      visit(entry) {
        if (entry.kind !== 'event') return
        const { event } = entry.recorded
        ledger.visit(event)
        if (event.type === 'BlockCommitted') height = event.data.height
      },
      finish: () => [],
    }], progress)
    return { counts: ledger.total(), logPosition, height }
  } finally {
    await log.close()
  }
}

async function readTimelinePosition({ layout }: DataFolder, logPosition: number): Promise<FolderStatus['projections']> {
  if (!hasTimelines(layout)) return {}
  const store = await openTimelinesOf(layout)
  try {
    const { name, version } = TIMELINES_PROJECTION
    const { position } = await store.checkpoint(name, version)
    return { [name]: { position, lagEvents: Math.max(0, logPosition - position), lagMs: null } }
  } finally {
    await store.close()
  }
}

const STATES: Readonly<Record<FolderState['kind'], string>> = { running: 'running', stopped: 'stopped', busy: 'starting, stopping or being read' }

export function renderStatus(status: FolderStatus): string {
  const { roles, counts, projections } = status
  const plain = { style: { head: [], border: [] } }
  const lifecycle = new Table({ head: ['PUBLISHED', 'ADMITTED', 'COMMITTED', 'REJECTED', 'TIMEOUT', 'EXPIRED', 'in flight'], ...plain })
  lifecycle.push([counts.published, counts.admitted, counts.committed, counts.rejected, counts.timeout, counts.expired, counts.inFlight])
  const processes = new Table({ head: ['role', 'process', '', 'status'], ...plain })
  for (const { name, pid, up, status: url } of roles) processes.push([name, pid ?? '-', up ? 'up' : 'down', `${url}/status`])
  const sources = new Table({ head: ['detector', 'published', 'committed', 'rejected', 'timeout', 'standing', 'policies in force'], ...plain })
  for (const { name, up, published, heardCommitted, heardRejected, timedOut, standing, policiesInForce } of status.detectors) {
    sources.push(up ? [name, published, heardCommitted, heardRejected, timedOut, standing ?? '-', policiesInForce] : [name, 'down', '', '', '', '', ''])
  }
  const models = Object.entries(projections).map(([name, { position, lagEvents }]) => `${name} at ${position}${lagEvents > 0 ? ` (${lagEvents} behind)` : ''}`)
  return [
    `${status.folder}: ${STATES[status.state]}, network ${status.network}, chain ${status.chainId.slice(0, 16)}, height ${status.height}`,
    lifecycle.toString(), renderRoundTable(status.roundTable, Date.now()), ...(status.detectors.length > 0 ? [sources.toString()] : []),
    ...(roles.length > 0 ? [processes.toString()] : []),
    `event log  ${status.logPosition} events`,
    renderAudit(status.audit, status.logPosition),
    `read models  ${models.join(', ') || (status.state === 'running' ? 'not started' : '-')}`,
    ...(status.api === null ? [] : [`API  ${status.api}/graphql`]),
    status.psql === null ? 'SQL  start the system, or ask with `cybermesh query`' : `SQL  ${status.psql}`,
  ].join('\n')
}
