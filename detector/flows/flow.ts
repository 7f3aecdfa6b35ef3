/**
 * One bidirectional flow while its packets arrive, with the semantics of the corrected CICFlowMeter
 * (GintsEngelen/CICFlowMeter, BasicFlow.java): forward is the direction of the first packet, swapped when that is a
 * SYN-ACK; lengths are transport payload bytes.
 */
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, TCP, URG, type Packet } from '../sources/records.js'
import { NO_STATS, newStats, observe, observeLazily, type RunningStats } from './running-stats.js'

/** A gap longer than this splits activity from idleness. */
export const ACTIVITY_TIMEOUT_MS = 5000

export type Side = {
  packets: number
  payloadBytes: number
  ipBytes: number
  headerBytes: number
  dataPackets: number
  push: number
  urgent: number
  reset: number
  lastMs: number | undefined
  minHeaderBytes: number
  /** Window of the first packet forward, of the first non-zero one backward; undefined until seen. */
  initialWindow: number | undefined
  fin: boolean
  readonly lengths: RunningStats
  gapsMs: Readonly<RunningStats>
}

export type Flow = {
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly protocol: number
  readonly icmpKind: number
  readonly startMs: number
  lastMs: number
  readonly forward: Side
  /** NO_SIDE until the first answer. */
  backward: Readonly<Side>
  readonly lengths: RunningStats
  gapsMs: Readonly<RunningStats>
  activeMs: Readonly<RunningStats>
  idleMs: Readonly<RunningStats>
  activeSinceMs: number
  readonly flags: { fin: number; syn: number; synAck: number; rst: number; psh: number; ack: number; urg: number; cwr: number; ece: number }
  /** FIN from both sides and an ACK, or a RST: the next SYN opens a new flow, late packets still join. */
  ended: boolean
  /** TCP time of the earlier parts of a connection that outlived the flow timeout. */
  readonly earlierTcpMs: number
}

const newSide = (): Side => ({
  packets: 0, payloadBytes: 0, ipBytes: 0, headerBytes: 0, dataPackets: 0, push: 0, urgent: 0, reset: 0, lastMs: undefined,
  minHeaderBytes: 0, initialWindow: undefined, fin: false, lengths: newStats(), gapsMs: NO_STATS,
})

const NO_SIDE: Readonly<Side> = Object.freeze({ ...newSide(), lengths: NO_STATS })

export type Direction = Pick<Flow, 'source' | 'destination' | 'sourcePort' | 'destinationPort'>

/** Who is forward when `packet` is the first one seen: its sender, unless it answers a SYN that was missed. */
export function directionOf(packet: Packet): Direction {
  const answers = packet.protocol === TCP && (packet.tcpFlags & (SYN | ACK)) === (SYN | ACK)
  const { source, destination, sourcePort, destinationPort } = packet
  return answers
    ? { source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort }
    : { source, destination, sourcePort, destinationPort }
}

export function openFlow(packet: Packet, direction: Direction, earlierTcpMs = 0): Flow {
  const flow: Flow = {
    source: direction.source, destination: direction.destination,
    sourcePort: direction.sourcePort, destinationPort: direction.destinationPort,
    protocol: packet.protocol, icmpKind: packet.icmpKind, startMs: packet.timeMs, lastMs: packet.timeMs,
    forward: newSide(), backward: NO_SIDE, lengths: newStats(), gapsMs: NO_STATS, activeMs: NO_STATS, idleMs: NO_STATS,
    activeSinceMs: packet.timeMs,
    flags: { fin: 0, syn: 0, synAck: 0, rst: 0, psh: 0, ack: 0, urg: 0, cwr: 0, ece: 0 },
    ended: false, earlierTcpMs,
  }
  joinFlow(flow, packet)
  return flow
}

export function joinFlow(flow: Flow, packet: Packet): void {
  const isForward = packet.source === flow.source && packet.sourcePort === flow.sourcePort
  const side = isForward ? flow.forward : backwardOf(flow)
  const first = flow.lengths.count === 0
  if (!first) flow.gapsMs = observeLazily(flow.gapsMs, packet.timeMs - flow.lastMs)
  if (!first) countActivity(flow, packet.timeMs)
  if (side.lastMs !== undefined) side.gapsMs = observeLazily(side.gapsMs, packet.timeMs - side.lastMs)
  side.lastMs = packet.timeMs
  observe(side.lengths, packet.payloadBytes)
  observe(flow.lengths, packet.payloadBytes)
  side.minHeaderBytes = side.packets === 0 ? packet.headerBytes : Math.min(side.minHeaderBytes, packet.headerBytes)
  side.packets += 1
  side.payloadBytes += packet.payloadBytes
  side.ipBytes += packet.ipBytes
  side.headerBytes += packet.headerBytes
  // The original does not count the packet that opens the flow.
  if (!first && packet.payloadBytes > 0) side.dataPackets += 1
  if (packet.protocol === TCP) countTcp(flow, side, packet)
  if (isForward ? side.initialWindow === undefined : side.initialWindow === undefined || side.initialWindow === 0) {
    side.initialWindow = packet.tcpWindow
  }
  flow.lastMs = Math.max(flow.lastMs, packet.timeMs)
}

function backwardOf(flow: Flow): Side {
  if (flow.backward === NO_SIDE) flow.backward = newSide()
  return flow.backward
}

function countActivity(flow: Flow, timeMs: number): void {
  if (timeMs - flow.lastMs <= ACTIVITY_TIMEOUT_MS) return
  if (flow.lastMs > flow.activeSinceMs) flow.activeMs = observeLazily(flow.activeMs, flow.lastMs - flow.activeSinceMs)
  flow.idleMs = observeLazily(flow.idleMs, timeMs - flow.lastMs)
  flow.activeSinceMs = timeMs
}

function countTcp(flow: Flow, side: Side, packet: Packet): void {
  const set = (flag: number): boolean => (packet.tcpFlags & flag) !== 0
  const { flags } = flow
  if (set(ACK) && flow.forward.fin && flow.backward.fin) flow.ended = true
  if (set(FIN)) { flags.fin += 1; side.fin = true }
  if (set(SYN)) flags.syn += 1
  if (set(SYN) && set(ACK)) flags.synAck += 1
  if (set(RST)) { flags.rst += 1; side.reset += 1; flow.ended = true }
  if (set(PSH)) { flags.psh += 1; side.push += 1 }
  if (set(ACK)) flags.ack += 1
  if (set(URG)) { flags.urg += 1; side.urgent += 1 }
  if (set(CWR)) flags.cwr += 1
  if (set(ECE)) flags.ece += 1
}
