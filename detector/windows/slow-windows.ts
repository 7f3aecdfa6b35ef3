/**
 * Connections that stay open and half idle: a slow HTTP attack holds many of them on one service, each sending a few
 * bytes now and then and never a whole request, so the server never answers. Looked at every five seconds.
 */
import type { Flow } from '../flows/flow.js'
import { addProvenance } from '../sources/provenance.js'
import { TCP, type FlowRecord, type Provenance } from '../sources/records.js'
import { connectionOf, type AnyFlow } from './connection.js'
import { newTally, most, tally, type Tally } from './tally.js'
import type { TopSource } from './target-window.js'

export const SLOW_CHECK_MS = 5000
/** Younger connections may still get their answer. */
export const HALF_IDLE_AGE_MS = 5000
/** A client that sends faster than this is uploading, not waiting. */
export const HALF_IDLE_BYTES_PER_SECOND = 200
const MAX_RECORDS = 100_000
const TOP_SOURCES = 10

/** Half-idle connections that one service holds at one moment. */
export type SlowWindow = {
  readonly kind: 'slow-window'
  readonly target: string
  readonly port: number
  readonly startMs: number
  readonly endMs: number
  readonly halfIdle: number
  readonly sources: number
  readonly topSources: readonly TopSource[]
  readonly meanAgeMs: number
  readonly clientPackets: number
  readonly clientBytes: number
  /** Absent where it is of packets. */
  readonly provenance?: readonly Provenance[] | undefined
}

export type SlowWindows = {
  nextCheckMs: number | undefined
  /** Long TCP records that may still be open at the present moment; live flows are looked up in the flow table. */
  records: FlowRecord[]
  recordsDropped: number
}

export const newSlowWindows = (): SlowWindows => ({ nextCheckMs: undefined, records: [], recordsDropped: 0 })

/** Only for flow files: a record is known whole when its first moment is replayed. */
export function addLongRecord(windows: SlowWindows, record: FlowRecord): void {
  if (record.protocol !== TCP || record.endMs - record.startMs < HALF_IDLE_AGE_MS) return
  if (windows.records.length >= MAX_RECORDS) windows.recordsDropped += 1
  else windows.records.push(record)
}

/** Services with half-idle connections, when a check is due. */
export function takeSlowWindows(windows: SlowWindows, liveFlows: Iterable<Flow>, nowMs: number): readonly SlowWindow[] {
  windows.nextCheckMs ??= nowMs + SLOW_CHECK_MS
  if (nowMs < windows.nextCheckMs && nowMs > windows.nextCheckMs - 2 * SLOW_CHECK_MS) return []
  windows.nextCheckMs = nowMs + SLOW_CHECK_MS
  windows.records = windows.records.filter((record) => record.endMs > nowMs)
  const services = new Map<string, Service>()
  for (const flow of liveFlows) if (flow.protocol === TCP && !flow.ended) addIfHalfIdle(services, flow, nowMs)
  for (const record of windows.records) addIfHalfIdle(services, record, nowMs)
  return [...services.values()].map((service) => close(service, nowMs))
}

type Service = {
  readonly target: string
  readonly port: number
  readonly sources: Tally<string>
  startMs: number
  ageMs: number
  clientPackets: number
  clientBytes: number
  readonly provenance: Provenance[]
}

function addIfHalfIdle(services: Map<string, Service>, flow: AnyFlow, nowMs: number): void {
  const connection = connectionOf(flow)
  const ageMs = nowMs - connection.startMs
  if (!connection.opened || !connection.answered || ageMs < HALF_IDLE_AGE_MS) return
  if (connection.clientBytes === 0 || connection.serverBytes > 0) return
  if (connection.clientBytes * 1000 / ageMs > HALF_IDLE_BYTES_PER_SECOND) return
  const key = `${flow.destination}|${flow.destinationPort}`
  const service = services.get(key) ?? {
    target: flow.destination, port: flow.destinationPort, sources: newTally<string>(), startMs: connection.startMs,
    ageMs: 0, clientPackets: 0, clientBytes: 0, provenance: [],
  }
  services.set(key, service)
  tally(service.sources, flow.source, MAX_RECORDS)
  service.startMs = Math.min(service.startMs, connection.startMs)
  service.ageMs += ageMs
  service.clientPackets += 'kind' in flow ? flow.forwardPackets : flow.forward.packets
  service.clientBytes += connection.clientBytes
  if ('kind' in flow) addProvenance(service.provenance, flow.provenance)
}

function close(service: Service, nowMs: number): SlowWindow {
  return {
    kind: 'slow-window', target: service.target, port: service.port, startMs: service.startMs, endMs: nowMs,
    halfIdle: service.sources.total, sources: service.sources.counts.size,
    topSources: most(service.sources, TOP_SOURCES).map(({ value, count }) => ({ address: value, packets: count })),
    meanAgeMs: service.ageMs / service.sources.total,
    clientPackets: service.clientPackets, clientBytes: service.clientBytes,
    ...(service.provenance.length === 0 ? {} : { provenance: service.provenance }),
  }
}
