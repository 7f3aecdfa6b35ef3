/**
 * A finished flow as a flow record, with CICFlowMeter's features under the corrected fork's names, times in microseconds.
 * Subflow and bulk columns are left out: they are wrong in every version of the tool (research on issues #24, #111).
 */
import { ACK, CWR, ECE, FIN, ICMP, ICMP_V6, PSH, RST, SYN, URG, type FlowRecord } from '../sources/records.js'
import type { Flow } from './flow.js'
import { deviation, variance, type RunningStats } from './running-stats.js'

export function toFlowRecord(flow: Flow): FlowRecord {
  return {
    kind: 'flow', startMs: flow.startMs, endMs: flow.lastMs,
    source: flow.source, destination: flow.destination, sourcePort: flow.sourcePort, destinationPort: flow.destinationPort,
    protocol: flow.protocol,
    forwardPackets: flow.forward.packets, backwardPackets: flow.backward.packets,
    byteLayer: 'ip', forwardBytes: flow.forward.ipBytes, backwardBytes: flow.backward.ipBytes,
    synPackets: flow.flags.syn, rstPackets: flow.flags.rst, tcpFlags: seenFlags(flow.flags), forwardDataPackets: flow.forward.dataPackets,
    features: () => flowFeatures(flow),
    label: undefined,
  }
}

function seenFlags(counts: Flow['flags']): number {
  const { fin, syn, rst, psh, ack, urg, ece, cwr } = counts
  return (fin && FIN) | (syn && SYN) | (rst && RST) | (psh && PSH) | (ack && ACK) | (urg && URG) | (ece && ECE) | (cwr && CWR)
}

export function flowFeatures(flow: Flow): Record<string, number> {
  const { forward, backward, flags } = flow
  const durationMs = flow.lastMs - flow.startMs
  // 0 for flows of duration 0, as the corrected tool writes; the original wrote Infinity.
  const perSecond = (value: number): number => durationMs > 0 ? value * 1000 / durationMs : 0
  const isIcmp = flow.protocol === ICMP || flow.protocol === ICMP_V6
  return {
    'Flow Duration': micros(durationMs),
    'Total Fwd Packet': forward.packets, 'Total Bwd packets': backward.packets,
    'Total Length of Fwd Packet': forward.payloadBytes, 'Total Length of Bwd Packet': backward.payloadBytes,
    ...summary('Fwd Packet Length', forward.lengths), ...summary('Bwd Packet Length', backward.lengths),
    'Flow Bytes/s': perSecond(forward.payloadBytes + backward.payloadBytes),
    'Flow Packets/s': perSecond(forward.packets + backward.packets),
    ...gaps('Flow IAT', flow.gapsMs),
    'Fwd IAT Total': micros(forward.gapsMs.sum), ...gaps('Fwd IAT', forward.gapsMs),
    'Bwd IAT Total': micros(backward.gapsMs.sum), ...gaps('Bwd IAT', backward.gapsMs),
    'Fwd PSH Flags': forward.push, 'Bwd PSH Flags': backward.push, 'Fwd URG Flags': forward.urgent, 'Bwd URG Flags': backward.urgent,
    'Fwd RST Flags': forward.reset, 'Bwd RST Flags': backward.reset,
    'Fwd Header Length': forward.headerBytes, 'Bwd Header Length': backward.headerBytes,
    'Fwd Packets/s': perSecond(forward.packets), 'Bwd Packets/s': perSecond(backward.packets),
    ...summary('Packet Length', flow.lengths), 'Packet Length Variance': variance(flow.lengths),
    'FIN Flag Count': flags.fin, 'SYN Flag Count': flags.syn, 'RST Flag Count': flags.rst, 'PSH Flag Count': flags.psh,
    'ACK Flag Count': flags.ack, 'URG Flag Count': flags.urg, 'CWR Flag Count': flags.cwr, 'ECE Flag Count': flags.ece,
    'Down/Up Ratio': forward.packets > 0 ? backward.packets / forward.packets : 0,
    'Average Packet Size': flow.lengths.mean,
    'Fwd Segment Size Avg': forward.lengths.mean, 'Bwd Segment Size Avg': backward.lengths.mean,
    'FWD Init Win Bytes': forward.initialWindow ?? 0, 'Bwd Init Win Bytes': backward.initialWindow ?? 0,
    'Fwd Act Data Pkts': forward.dataPackets, 'Fwd Seg Size Min': forward.minHeaderBytes,
    ...gaps('Active', flow.activeMs), ...gaps('Idle', flow.idleMs),
    'ICMP Code': isIcmp ? flow.icmpKind & 0xff : -1, 'ICMP Type': isIcmp ? flow.icmpKind >> 8 : -1,
    'Total TCP Flow Time': flow.protocol === 6 ? micros(flow.earlierTcpMs + durationMs) : 0,
  }
}

const micros = (ms: number): number => Math.round(ms * 1000)

function summary(name: string, of: Readonly<RunningStats>): Record<string, number> {
  return { [`${name} Max`]: of.max, [`${name} Min`]: of.min, [`${name} Mean`]: of.mean, [`${name} Std`]: deviation(of) }
}

function gaps(name: string, of: Readonly<RunningStats>): Record<string, number> {
  return { [`${name} Mean`]: of.mean * 1000, [`${name} Std`]: deviation(of) * 1000, [`${name} Max`]: micros(of.max), [`${name} Min`]: micros(of.min) }
}
