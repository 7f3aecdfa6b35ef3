/**
 * The flow features: what every source of flows can fill (own packets, CICFlowMeter, Suricata EVE, Zeek conn.log,
 * NetFlow, IPFIX), so that one model judges them all and nothing is made up. No address, no port, no window size, no
 * TTL: those say who spoke on the test bed, not what an attack is. Flags are seen or not seen, since exporters give the
 * OR of all packets, not counts. Only + - * / on doubles: the same record gives the same bits everywhere.
 */
import { sha256OfText } from '../hash.js'
import { bytesToHex } from '../bytes.js'

/** What a byte count of an exporter measures. */
export type ByteLayer = 'payload' | 'ip' | 'frame'

export type FlowCounts = {
  /** Whole microseconds from the first packet to the last; 0 where the exporter gives none. */
  readonly durationMicros: number
  readonly protocol: number
  readonly forwardPackets: number
  readonly backwardPackets: number
  readonly byteLayer: ByteLayer
  readonly forwardBytes: number
  readonly backwardBytes: number
  /** Bytes of transport headers, where the exporter counts them apart from a payload; see `ipBytes`. */
  readonly forwardHeaderBytes?: number | undefined
  readonly backwardHeaderBytes?: number | undefined
  /** TCP flags of all packets of both directions, ORed; 0 for other protocols. */
  readonly tcpFlags: number
}

export const FLOW_FEATURES_VERSION = 'flow-features/1'
/** The name that the schema's hash was made with, before lines of flows were called so: models on chains name that hash. */
const HASHED_AS = 'flow-lite/1'

/** Name and unit, in the order of the vector. */
export const FLOW_FEATURES = [
  ['duration', 'seconds'],
  ['forward_packets', 'packets'],
  ['backward_packets', 'packets'],
  ['forward_ip_bytes', 'bytes'],
  ['backward_ip_bytes', 'bytes'],
  ['packet_rate', 'packets per second'],
  ['byte_rate', 'bytes per second'],
  ['forward_packet_size', 'bytes per packet'],
  ['backward_packet_size', 'bytes per packet'],
  ['packet_ratio', 'backward per forward packets'],
  ['byte_ratio', 'backward per forward bytes'],
  ['packet_interval', 'seconds per packet'],
  ['is_tcp', '0 or 1'],
  ['is_udp', '0 or 1'],
  ['saw_syn', '0 or 1'],
  ['saw_fin', '0 or 1'],
  ['saw_rst', '0 or 1'],
  ['saw_ack', '0 or 1'],
] as const

export const FLOW_FEATURE_NAMES: readonly string[] = FLOW_FEATURES.map(([name]) => name)

/** Lowercase hex of SHA-256 over the schema's first name, names, units and order; a model card names the schema it was trained on. */
export const FLOW_FEATURES_SHA256 = bytesToHex(sha256OfText([HASHED_AS, ...FLOW_FEATURES.map((feature) => feature.join('\t'))].join('\n')))

const TCP = 6
const UDP = 17
const FIN = 0x01
const SYN = 0x02
const RST = 0x04
const ACK = 0x10
/** IPv4 without options; taken for IPv6 too, so that the same conversation gives the same vector over both. */
const IP_HEADER = 20
const ETHERNET_HEADER = 14
/** Transport headers without options. */
const HEADERS: ReadonlyMap<number, number> = new Map([[TCP, 20], [UDP, 8], [1, 8], [58, 8]])

/** In FLOW_FEATURES' order; undefined where a count is missing or no count, so that nothing is scored as 0 instead. */
export function flowFeaturesOf(flow: FlowCounts): Float64Array | undefined {
  const { durationMicros, forwardPackets, backwardPackets, protocol, tcpFlags } = flow
  const forwardBytes = ipBytes(flow, flow.forwardBytes, forwardPackets, flow.forwardHeaderBytes)
  const backwardBytes = ipBytes(flow, flow.backwardBytes, backwardPackets, flow.backwardHeaderBytes)
  const counts = [durationMicros, protocol, forwardPackets, backwardPackets, forwardBytes, backwardBytes, tcpFlags]
  if (!counts.every(isCount) || forwardPackets + backwardPackets === 0) return undefined
  const seconds = durationMicros / 1e6
  const packets = forwardPackets + backwardPackets
  const flags = protocol === TCP ? tcpFlags : 0
  return Float64Array.of(
    seconds,
    forwardPackets, backwardPackets,
    forwardBytes, backwardBytes,
    ratio(packets, seconds), ratio(forwardBytes + backwardBytes, seconds),
    ratio(forwardBytes, forwardPackets), ratio(backwardBytes, backwardPackets),
    ratio(backwardPackets, forwardPackets), ratio(backwardBytes, forwardBytes),
    seconds / packets,
    protocol === TCP ? 1 : 0, protocol === UDP ? 1 : 0,
    flags & SYN ? 1 : 0, flags & FIN ? 1 : 0, flags & RST ? 1 : 0, flags & ACK ? 1 : 0,
  )
}

/**
 * Bytes of IP packets, header included. Payloads get their transport header (as counted, or without options) and 20
 * bytes a packet; frames lose 14 bytes a packet, Ethernet's padding stays: a lone SYN of a frame exporter has 46 bytes.
 */
function ipBytes(flow: FlowCounts, bytes: number, packets: number, headerBytes: number | undefined): number {
  switch (flow.byteLayer) {
    case 'ip': return bytes
    case 'payload': return bytes + (headerBytes ?? packets * (HEADERS.get(flow.protocol) ?? 0)) + packets * IP_HEADER
    case 'frame': return Math.max(0, bytes - packets * ETHERNET_HEADER)
  }
}

/** A rate of a flow without duration is 0, as the corrected CICFlowMeter writes, never Infinity. */
const ratio = (of: number, by: number): number => (by > 0 ? of / by : 0)
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
