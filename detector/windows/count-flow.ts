/**
 * Adds one flow record to the windows of its two ends, in the second the flow began.
 *
 * A record says how much, not when, so this is an approximation:
 * - packets and bytes are spread evenly over the flow's duration and only the first second's share is counted, so a
 *   long download does not look like a burst in the second it began;
 * - a TCP flow with a SYN counts one SYN, and one SYN-ACK when both directions have one;
 * - a finished handshake counts one pure ACK, and later ones are not counted;
 * - bytes are those of IP packets, as they are of packets: exporters that count another layer are converted;
 * - flow records carry neither fragments nor packet lengths: R3 and the length entropy stay silent.
 */
import { ipBytesOf } from '../sources/byte-layers.js'
import { addProvenance } from '../sources/provenance.js'
import { TCP, UDP, isIcmp, type FlowRecord } from '../sources/records.js'
import { addFlow } from './count-packet.js'
import { keepRecord } from './kept-records.js'
import { tally } from './tally.js'
import { TALLY_CAPACITY, WINDOW_MS, newInbound, type OpenWindow } from './target-window.js'

type Share = { readonly packets: number; readonly bytes: number }

/** What the first second of the flow carried, at least one packet when the direction has any. */
export function firstSecond(packets: number, bytes: number, durationMs: number): Share {
  if (packets === 0) return { packets: 0, bytes: 0 }
  const share = durationMs <= WINDOW_MS ? 1 : WINDOW_MS / durationMs
  return { packets: Math.max(1, Math.round(packets * share)), bytes: Math.round(bytes * share) }
}

/** Counts at the flow's responder, which is the target of what the initiator sends. */
export function countFlowAtResponder(window: OpenWindow, flow: FlowRecord): void {
  const durationMs = flow.endMs - flow.startMs
  const bytes = ipBytesOf(flow)
  const toward = firstSecond(flow.forwardPackets, bytes.forward, durationMs)
  const away = firstSecond(flow.backwardPackets, bytes.backward, durationMs)
  countShares(window, toward, away)
  countInboundOf(window, flow, flow.source, flow.sourcePort, flow.destinationPort, toward.packets)
  if (flow.protocol !== TCP || flow.synPackets === undefined) return
  if (flow.synPackets > 0) window.syn += 1
  if (finishedHandshake(flow)) window.pureAck += 1
}

/** Counts at the flow's initiator, which receives the answers. */
export function countFlowAtInitiator(window: OpenWindow, flow: FlowRecord): void {
  const durationMs = flow.endMs - flow.startMs
  const bytes = ipBytesOf(flow)
  const toward = firstSecond(flow.backwardPackets, bytes.backward, durationMs)
  const away = firstSecond(flow.forwardPackets, bytes.forward, durationMs)
  countShares(window, toward, away)
  if (toward.packets === 0) return
  countInboundOf(window, flow, flow.destination, flow.destinationPort, flow.sourcePort, toward.packets)
  if (flow.protocol === TCP && flow.synPackets !== undefined && flow.synPackets >= 2) window.synAck += 1
}

function countShares(window: OpenWindow, toward: Share, away: Share): void {
  window.inPackets += toward.packets
  window.inBytes += toward.bytes
  window.outPackets += away.packets
  window.outBytes += away.bytes
}

function countInboundOf(window: OpenWindow, flow: FlowRecord, peer: string, peerPort: number, ownPort: number, packets: number): void {
  if (packets === 0) return
  const inbound = window.inbound ??= newInbound()
  keepRecord(inbound.kept, flow)
  addProvenance(inbound.provenance, flow.provenance)
  tally(inbound.sources, peer, TALLY_CAPACITY, packets)
  tally(inbound.sourcePorts, peerPort, TALLY_CAPACITY, packets)
  tally(inbound.destinationPorts, ownPort, TALLY_CAPACITY, packets)
  tally(inbound.protocols, flow.protocol, TALLY_CAPACITY, packets)
  addFlow(inbound, `${peer}|${peerPort}|${ownPort}|${flow.protocol}`)
  if (flow.protocol === UDP) window.udp += packets
  else if (isIcmp(flow.protocol)) window.icmp += packets
  else if (flow.protocol === TCP && flow.rstPackets !== undefined && flow.rstPackets > 0) window.rst += 1
}

/** Both ends set SYN and the initiator sent more than that: its third packet was the handshake's ACK. */
function finishedHandshake(flow: FlowRecord): boolean {
  return flow.synPackets !== undefined && flow.synPackets >= 2 && flow.backwardPackets > 0 && flow.forwardPackets >= 2
}
