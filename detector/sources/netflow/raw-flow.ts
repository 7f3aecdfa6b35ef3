/** One exported record as a flow, before its other direction is looked for. */
import type { ByteLayer, Provenance, Skipped } from '../records.js'
import { isIcmp } from '../records.js'
import type { ProvenanceOf } from '../provenance.js'
import { E, numberIn, reverseOf, type Values } from './elements.js'

export type Direction = {
  readonly packets: number
  readonly bytes: number
  /** OR of the flags of all packets; undefined where the exporter does not say. */
  readonly flags: number | undefined
}

export type RawFlow = {
  readonly kind: 'raw-flow'
  readonly startMs: number
  readonly endMs: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly protocol: number
  readonly forward: Direction
  /** Undefined: the record is of one direction. */
  readonly backward: Direction | undefined
  readonly byteLayer: ByteLayer
  readonly provenance: Provenance
}

/** What a datagram says of the time at which it was written. */
export type ExportTime = {
  readonly exportMs: number
  /** Milliseconds since the exporter started, modulo 2^32; IPFIX does not say. */
  readonly uptimeMs: number | undefined
}

/** @param interval one packet of so many was looked at; counts are multiplied by it */
export function flowOfValues(values: Values, time: ExportTime, interval: number | undefined, provenanceOf: ProvenanceOf): RawFlow | Skipped {
  const source = values.get(E.sourceV4) ?? values.get(E.sourceV6)
  const destination = values.get(E.destinationV4) ?? values.get(E.destinationV6)
  // Records of layer 2, of counters and of events of a firewall without addresses are no flows between hosts.
  if (typeof source !== 'string') return { kind: 'skipped', reason: 'other-event', field: 'sourceIPv4Address' }
  if (typeof destination !== 'string') return { kind: 'skipped', reason: 'other-event', field: 'destinationIPv4Address' }
  const packets = numberIn(values, E.packets, E.packetsTotal, E.initiatorPackets)
  if (packets === undefined) return { kind: 'skipped', reason: 'bad-row', field: 'packetDeltaCount' }
  const ipBytes = numberIn(values, E.octets, E.octetsTotal, E.initiatorOctets)
  const bytes = ipBytes ?? numberIn(values, E.layer2Octets)
  if (bytes === undefined) return { kind: 'skipped', reason: 'bad-row', field: 'octetDeltaCount' }
  const protocol = numberIn(values, E.protocol) ?? 0
  if (protocol > 255) return { kind: 'skipped', reason: 'bad-number', field: 'protocolIdentifier' }
  const backPackets = numberIn(values, reverseOf(E.packets), reverseOf(E.packetsTotal), E.responderPackets)
  const backBytes = numberIn(values, reverseOf(E.octets), reverseOf(E.octetsTotal), E.responderOctets, reverseOf(E.layer2Octets))
  const times = timesOf(values, time)
  const scale = interval ?? 1
  const byteLayer = ipBytes === undefined ? 'frame' : 'ip'
  const port = (key: number): number => isIcmp(protocol) ? 0 : (numberIn(values, key) ?? 0) & 0xffff
  return {
    kind: 'raw-flow', ...times, source, destination, sourcePort: port(E.sourcePort), destinationPort: port(E.destinationPort), protocol,
    forward: { packets: packets * scale, bytes: bytes * scale, flags: numberIn(values, E.tcpFlags) },
    backward: backPackets === undefined && backBytes === undefined ? undefined : { packets: (backPackets ?? 0) * scale, bytes: (backBytes ?? 0) * scale, flags: numberIn(values, reverseOf(E.tcpFlags)) },
    byteLayer, provenance: provenanceOf(byteLayer, { sampling: interval }),
  }
}

/** The largest date there is; a record beyond it has no time. */
const MAX_DATE_MS = 8.64e15

function timesOf(values: Values, time: ExportTime): { readonly startMs: number; readonly endMs: number } {
  const boot = numberIn(values, E.bootMillis)
  const absolute = (millis: number, seconds: number, micros: number, nanos: number, delta: number, uptime: number): number | undefined => {
    const whole = numberIn(values, millis, micros, nanos)
    if (whole !== undefined) return whole
    const inSeconds = numberIn(values, seconds)
    if (inSeconds !== undefined) return inSeconds * 1000
    const microsBefore = numberIn(values, delta)
    if (microsBefore !== undefined) return time.exportMs - microsBefore / 1000
    const sinceBoot = numberIn(values, uptime)
    if (sinceBoot === undefined) return undefined
    return boot === undefined ? atUptime(sinceBoot, time) : boot + sinceBoot
  }
  const start = absolute(E.startMillis, E.startSeconds, E.startMicros, E.startNanos, E.startDelta, E.startUptime) ?? numberIn(values, E.eventMillis)
  const end = absolute(E.endMillis, E.endSeconds, E.endMicros, E.endNanos, E.endDelta, E.endUptime) ?? numberIn(values, E.eventMillis)
  const duration = durationOf(values)
  const endMs = dateOr(end ?? (start === undefined ? undefined : start + duration), time.exportMs)
  const startMs = dateOr(start, endMs - duration)
  return { startMs, endMs: Math.max(startMs, endMs) }
}

const dateOr = (ms: number | undefined, otherwise: number): number => ms !== undefined && ms >= 0 && ms <= MAX_DATE_MS ? ms : Math.max(0, Math.min(MAX_DATE_MS, otherwise))

/** Also of an exporter that has uptimes of records and none of its own: their difference is true all the same. */
function durationOf(values: Values): number {
  const [start, end] = [numberIn(values, E.startUptime), numberIn(values, E.endUptime)]
  if (start !== undefined && end !== undefined) return (end - start) >>> 0 < 0x8000_0000 ? (end - start) >>> 0 : 0
  const millis = numberIn(values, E.durationMillis)
  return millis ?? (numberIn(values, E.durationMicros) ?? 0) / 1000
}

/** Uptimes are 32 bits of milliseconds and begin anew after 49.7 days: what is nearer, before or after, is meant. */
export function atUptime(uptimeMs: number, { exportMs, uptimeMs: now }: ExportTime): number | undefined {
  if (now === undefined) return undefined
  const before = (now - uptimeMs) >>> 0
  return before < 0x8000_0000 ? exportMs - before : exportMs + ((uptimeMs - now) >>> 0)
}
