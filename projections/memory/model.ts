/**
 * The read models in memory: where every anomaly stands and how it got there, blocks, totals and timeline sizes, folded
 * from events by the same lifecycle rule. For checks and benchmarks that want the answer without a database; it is
 * gone with the process.
 */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { AnomalyEvent, DomainEvent, EventData } from '../../domain/events/schema.js'
import type { AnomalyId, Hex32, Position, ProducerId } from '../../domain/ids.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import type { RecordedEvent } from '../../eventlog/log.js'
import { verdictIn, verdictsAfter, type StandingVerdict } from '../../domain/verdict/standing-verdicts.js'

export type MemoryAnomaly = {
  state: LifecycleState
  readonly publishedPosition: Position
  updatedPosition: Position
  readonly producerId: ProducerId | null
  readonly contentHash: Hex32 | null
  readonly authentic: boolean
  /** UTC milliseconds of each state it has passed. */
  readonly reachedAt: Partial<Record<LifecycleState, number>>
  blockHeight: number | undefined
  txIndex: number | undefined
  rejectCode: RejectCode | undefined
}

export type MemoryBlock = { readonly height: number; readonly blockHash: string; readonly stateRoot: string; readonly transactions: number; readonly position: Position }

export type MemoryTotals = Record<LifecycleState, { /** In this state now. */ current: number; /** Ever reached it. */ ever: number }>

export type MemoryModel = {
  /** Number of events applied. */
  position: number
  readonly anomalies: Map<AnomalyId, MemoryAnomaly>
  readonly blocks: MemoryBlock[]
  transactions: number
  /** The verdicts that stand, by anomaly. */
  readonly verdicts: Map<AnomalyId, readonly StandingVerdict[]>
  /** Accepted reports that name an anomaly, by anomaly. */
  readonly reports: Map<AnomalyId, readonly Position[]>
  readonly totals: MemoryTotals
}

export const emptyModel = (): MemoryModel => ({ position: 0, anomalies: new Map(), blocks: [], transactions: 0, verdicts: new Map(), reports: new Map(), totals: emptyTotals() })

const emptyTotals = (): MemoryTotals => ({
  PUBLISHED: { current: 0, ever: 0 }, ADMITTED: { current: 0, ever: 0 }, COMMITTED: { current: 0, ever: 0 },
  REJECTED: { current: 0, ever: 0 }, TIMEOUT: { current: 0, ever: 0 }, EXPIRED: { current: 0, ever: 0 },
})

/** Applies the next event. Throws Error where its anomaly was published twice or never. */
export function applyToModel(model: MemoryModel, { event, position }: RecordedEvent): void {
  switch (event.type) {
    case 'AnomalyPublished': publish(model, event.data, position); break
    case 'AnomalyAdmitted': case 'AnomalyRejected': case 'AnomalyTimedOut': case 'AnomalyExpired': case 'AnomalyCommitted': move(model, event, position); break
    case 'BlockCommitted': {
      const { height, blockHash, stateRoot, transactions } = event.data
      model.blocks.push({ height, blockHash, stateRoot, transactions: transactions.length, position })
      model.transactions += transactions.length
      break
    }
    case 'ReportRecorded': report(model, event, position); break
    default: break
  }
  model.position = position + 1
}

function report({ reports, verdicts }: MemoryModel, event: Extract<DomainEvent, { type: 'ReportRecorded' }>, position: Position): void {
  if (event.data.outcome.kind !== 'applied') return
  for (const id of new Set(event.data.anomalyIds)) reports.set(id, [...(reports.get(id) ?? []), position])
  const given = verdictIn(event)
  if (given === undefined) return
  const { anomalyId } = given.verdict
  verdicts.set(anomalyId, verdictsAfter(verdicts.get(anomalyId) ?? [], given))
}

function publish(model: MemoryModel, { anomalyId, producerId, contentHash, authentic, at }: EventData<'AnomalyPublished'>, position: Position): void {
  if (model.anomalies.has(anomalyId)) throw new Error(`anomaly ${anomalyId} is published a second time`)
  model.anomalies.set(anomalyId, {
    state: 'PUBLISHED', publishedPosition: position, updatedPosition: position, producerId, contentHash, authentic,
    reachedAt: { PUBLISHED: at }, blockHeight: undefined, txIndex: undefined, rejectCode: undefined,
  })
  model.totals.PUBLISHED.current += 1
  model.totals.PUBLISHED.ever += 1
}

function move(model: MemoryModel, event: Exclude<AnomalyEvent, { type: 'AnomalyPublished' }>, position: Position): void {
  const anomaly = model.anomalies.get(event.data.anomalyId)
  if (anomaly === undefined) throw new Error(`anomaly ${event.data.anomalyId} was never published`)
  const state = STATE_OF[event.type]
  model.totals[anomaly.state].current -= 1
  model.totals[state].current += 1
  model.totals[state].ever += 1
  anomaly.state = state
  anomaly.updatedPosition = position
  anomaly.reachedAt[state] = event.data.at
  if (event.type === 'AnomalyRejected') anomaly.rejectCode = event.data.code
  const placement = event.type === 'AnomalyCommitted' ? event.data.placement : event.type === 'AnomalyRejected' && event.data.by.kind === 'execution' ? event.data.by.placement : undefined
  if (placement !== undefined) {
    anomaly.blockHeight = placement.height
    anomaly.txIndex = placement.txIndex
  }
}

const STATE_OF = {
  AnomalyAdmitted: 'ADMITTED', AnomalyCommitted: 'COMMITTED', AnomalyRejected: 'REJECTED', AnomalyTimedOut: 'TIMEOUT', AnomalyExpired: 'EXPIRED',
} as const satisfies Readonly<Record<Exclude<AnomalyEvent['type'], 'AnomalyPublished'>, LifecycleState>>
