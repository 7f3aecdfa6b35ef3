/** Adds one packet to the windows of its two ends. */
import { ACK, FIN, RST, SYN, TCP, UDP, isIcmp, type Packet } from '../sources/records.js'
import { keepRecord } from './kept-records.js'
import { tally } from './tally.js'
import { TALLY_CAPACITY, newInbound, type OpenWindow } from './target-window.js'

export function countOutbound(window: OpenWindow, packet: Packet): void {
  window.outPackets += 1
  window.outBytes += packet.ipBytes
}

export function countInbound(window: OpenWindow, packet: Packet): void {
  window.inPackets += 1
  window.inBytes += packet.ipBytes
  countKind(window, packet)
  const inbound = window.inbound ??= newInbound()
  tally(inbound.sources, packet.source, TALLY_CAPACITY)
  tally(inbound.sourcePorts, packet.sourcePort, TALLY_CAPACITY)
  tally(inbound.destinationPorts, packet.destinationPort, TALLY_CAPACITY)
  tally(inbound.lengths, packet.ipBytes, TALLY_CAPACITY)
  tally(inbound.protocols, packet.protocol, TALLY_CAPACITY)
  keepRecord(inbound.kept, packet)
  addFlow(inbound, `${packet.source}|${packet.sourcePort}|${packet.destinationPort}|${packet.protocol}`)
}

/** Past the capacity the window is a flood beyond doubt; repeats among the overflow no longer matter. */
export function addFlow(inbound: NonNullable<OpenWindow['inbound']>, key: string): void {
  if (inbound.flows.has(key)) return
  if (inbound.flows.size < TALLY_CAPACITY) inbound.flows.add(key)
  else inbound.flowsOverflow += 1
}

function countKind(window: OpenWindow, packet: Packet): void {
  if (packet.fragment !== 'whole') window.fragments += 1
  if (packet.protocol === UDP) window.udp += 1
  else if (isIcmp(packet.protocol)) window.icmp += 1
  else if (packet.protocol === TCP && packet.fragment !== 'later') {
    const flags = packet.tcpFlags
    if ((flags & SYN) !== 0) {
      if ((flags & ACK) !== 0) window.synAck += 1
      else window.syn += 1
    }
    if ((flags & RST) !== 0) window.rst += 1
    if ((flags & (SYN | FIN | RST | ACK)) === ACK && packet.payloadBytes === 0) window.pureAck += 1
  }
}
