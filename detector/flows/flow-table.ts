/**
 * All open flows, found by 5-tuple in either direction. Invariant: at most `capacity` flows are open; past it the one
 * least recently seen is closed early and counted as evicted.
 */
import { ICMP, ICMP_V6, SYN, ACK, TCP, type Packet } from '../sources/records.js'
import { boundedMap, type BoundedMap } from '../windows/bounded-map.js'
import { directionOf, joinFlow, openFlow, type Flow } from './flow.js'

/** A flow ends this long after its first packet, whatever happens; a connection that lives on becomes the next flow. */
export const FLOW_TIMEOUT_MS = 120_000
/** Finished connections stay this long so that late packets join them. */
const LINGER_MS = 10_000
const SWEEP_EVERY_MS = 10_000
export const MAX_FLOWS = 200_000

export type FlowTable = {
  readonly open: BoundedMap<string, Flow>
  /** Flows that ended since the caller last took them. */
  closed: Flow[]
  evicted: number
  nextSweepMs: number
}

export function newFlowTable(capacity = MAX_FLOWS): FlowTable {
  const table: FlowTable = {
    open: boundedMap(capacity, (flow) => {
      table.evicted += 1
      table.closed.push(flow)
    }),
    closed: [], evicted: 0, nextSweepMs: -Infinity,
  }
  return table
}

/** Adds a packet; returns the flow when the packet opened one. Closed flows gather in `table.closed`. */
export function addToFlow(table: FlowTable, packet: Packet): Flow | undefined {
  const key = flowKey(packet)
  const flow = table.open.get(key)
  if (flow === undefined) return open(table, key, openFlow(packet, directionOf(packet)))
  if (packet.timeMs - flow.startMs > FLOW_TIMEOUT_MS) {
    table.closed.push(flow)
    // The connection goes on: it keeps its direction and its TCP time, and it is not a new attempt by its source.
    table.open.set(key, openFlow(packet, flow, flow.earlierTcpMs + (flow.lastMs - flow.startMs)))
    return undefined
  }
  if (flow.ended && packet.protocol === TCP && (packet.tcpFlags & (SYN | ACK)) === SYN) {
    table.closed.push(flow)
    return open(table, key, openFlow(packet, directionOf(packet)))
  }
  joinFlow(flow, packet)
  return undefined
}

function open(table: FlowTable, key: string, flow: Flow): Flow {
  table.open.set(key, flow)
  return flow
}

/** Closes what can get no more packets, at most once in ten seconds of capture time. */
export function sweepFlows(table: FlowTable, timeMs: number): void {
  if (timeMs < table.nextSweepMs && timeMs > table.nextSweepMs - 2 * SWEEP_EVERY_MS) return
  table.nextSweepMs = timeMs + SWEEP_EVERY_MS
  for (const [key, flow] of table.open.entries()) {
    const idleMs = timeMs - flow.lastMs
    if (idleMs <= (flow.ended ? LINGER_MS : FLOW_TIMEOUT_MS)) continue
    table.open.delete(key)
    table.closed.push(flow)
  }
}

/** The end of a source: everything still open is closed. */
export function closeAllFlows(table: FlowTable): void {
  for (const flow of table.open.values()) table.closed.push(flow)
  table.open.clear()
}

export function takeClosed(table: FlowTable): readonly Flow[] {
  const closed = table.closed
  if (closed.length > 0) table.closed = []
  return closed
}

/** The same key for both directions. ICMP has no ports: type and code tell its flows apart. */
function flowKey(packet: Packet): string {
  const { source, destination, sourcePort, destinationPort, protocol } = packet
  if (protocol === ICMP || protocol === ICMP_V6) return `${source}|${destination}|${packet.icmpKind}|${protocol}`
  const straight = source < destination || (source === destination && sourcePort <= destinationPort)
  return straight
    ? `${source}|${sourcePort}|${destination}|${destinationPort}|${protocol}`
    : `${destination}|${destinationPort}|${source}|${sourcePort}|${protocol}`
}
