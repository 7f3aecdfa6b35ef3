/** Packets, flow records and windows with sensible defaults, for tests of what comes after the parsers. */
import type { FlowRecord, Packet } from '../sources/records.js'
import type { SourceWindow } from '../windows/source-windows.js'
import type { TargetWindow } from '../windows/target-window.js'

export const packet = (more: Partial<Packet> = {}): Packet => ({
  kind: 'packet', timeMs: 0, source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40_000, destinationPort: 80, protocol: 6,
  ipBytes: 40, payloadBytes: 0, headerBytes: 20, tcpFlags: 0, tcpWindow: 8192, icmpKind: 0, fragment: 'whole', ...more,
})

/** The packet that answers `to`. */
export const answer = (to: Packet, more: Partial<Packet> = {}): Packet => packet({
  ...to, source: to.destination, destination: to.source, sourcePort: to.destinationPort, destinationPort: to.sourcePort, ...more,
})

export const flowRecord = (more: Partial<FlowRecord> = {}): FlowRecord => ({
  kind: 'flow', startMs: 0, endMs: 100, source: '10.0.0.1', destination: '10.0.0.2', sourcePort: 40_000, destinationPort: 80,
  protocol: 6, forwardPackets: 5, backwardPackets: 5, byteLayer: 'payload', forwardBytes: 200, backwardBytes: 2000,
  synPackets: 2, rstPackets: 0, forwardDataPackets: 1, features: () => ({}), label: undefined, ...more,
})

export const targetWindow = (more: Partial<TargetWindow> = {}): TargetWindow => ({
  kind: 'target-window', target: '10.0.0.2', startMs: 0, endMs: 1000, inPackets: 100, outPackets: 90, inBytes: 10_000, outBytes: 9000,
  uniqueSources: 1, flows: 5, uniqueDestinationPorts: 1, syn: 0, synAck: 0, pureAck: 40, rst: 0, udp: 0, icmp: 0, fragments: 0,
  sourceEntropyBits: 0, sourcePortEntropyBits: 2, destinationPortEntropyBits: 0, lengthEntropyBits: 1,
  topSources: [{ address: '10.0.0.1', packets: 100 }], topSourcePort: 40_000, topDestinationPort: 80, protocol: 6, kept: { seen: 0, records: [] }, ...more,
})

export const sourceWindow = (more: Partial<SourceWindow> = {}): SourceWindow => ({
  kind: 'source-window', source: '10.0.0.1', startMs: 0, endMs: 1000, attempts: 20, unused: 0,
  mostPorts: { host: '', ports: 0 }, mostHosts: { port: 0, hosts: 0, host: '' }, mostUsed: { host: '10.0.0.2', port: 80, connections: 20 },
  clientPackets: 100, totalBytes: 5000, ...more,
})
