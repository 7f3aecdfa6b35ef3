/** Decodes an IP packet into a Packet record: IPv4, IPv6 with extension headers, fragments, TCP, UDP, ICMP. */
import { ipv4Text, ipv6Text } from './addresses.js'
import { ICMP, ICMP_V6, TCP, UDP, type Packet, type SkipReason } from './records.js'

/** What the network layer says; the transport header starts at `transportAt` unless this is a later fragment. */
type Network = {
  readonly source: string
  readonly destination: string
  readonly protocol: number
  readonly ipBytes: number
  readonly transportAt: number
  /** Bytes after the network headers, on the wire. */
  readonly transportBytes: number
  readonly fragment: Packet['fragment']
}

const MAX_EXTENSION_HEADERS = 8
const HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTHENTICATION = 51, DESTINATION = 60, MOBILITY = 135
const SCTP = 132, DCCP = 33, UDP_LITE = 136

/**
 * @param bytes captured bytes that begin with the IP header at `at`
 * @param wireBytes bytes on the wire from `at` on; used where the IP length field is 0 (segmentation offload)
 */
export function decodeIp(bytes: Buffer, at: number, wireBytes: number, timeMs: number): Packet | SkipReason {
  if (bytes.length < at + 1) return 'cut-header'
  const version = bytes.readUInt8(at) >> 4
  const network = version === 4 ? ipv4(bytes, at, wireBytes) : version === 6 ? ipv6(bytes, at, wireBytes) : 'bad-ip-header'
  return typeof network === 'string' ? network : withTransport(bytes, network, timeMs)
}

function ipv4(bytes: Buffer, at: number, wireBytes: number): Network | SkipReason {
  if (bytes.length < at + 20) return 'cut-header'
  const headerBytes = (bytes.readUInt8(at) & 0x0f) * 4
  const totalBytes = bytes.readUInt16BE(at + 2)
  const ipBytes = totalBytes === 0 ? wireBytes : totalBytes
  if (headerBytes < 20 || ipBytes < headerBytes) return 'bad-ip-header'
  const fragmentField = bytes.readUInt16BE(at + 6)
  return {
    source: ipv4Text(bytes, at + 12),
    destination: ipv4Text(bytes, at + 16),
    protocol: bytes.readUInt8(at + 9),
    ipBytes,
    transportAt: at + headerBytes,
    transportBytes: ipBytes - headerBytes,
    fragment: (fragmentField & 0x1fff) !== 0 ? 'later' : (fragmentField & 0x2000) !== 0 ? 'first' : 'whole',
  }
}

function ipv6(bytes: Buffer, start: number, wireBytes: number): Network | SkipReason {
  if (bytes.length < start + 40) return 'cut-header'
  const payloadLength = bytes.readUInt16BE(start + 4)
  const ipBytes = payloadLength === 0 ? Math.max(40, wireBytes) : 40 + payloadLength
  let fragment: Packet['fragment'] = 'whole'
  let protocol = bytes.readUInt8(start + 6)
  let at = start + 40
  for (let count = 0; isExtension(protocol) && fragment !== 'later'; count++) {
    if (count === MAX_EXTENSION_HEADERS) return 'bad-ip-header'
    if (bytes.length < at + 8) return 'cut-header'
    const next = bytes.readUInt8(at)
    if (protocol === FRAGMENT) {
      const field = bytes.readUInt16BE(at + 2)
      // RFC 6946: an "atomic" fragment (offset 0, no more) is a whole packet.
      fragment = field >> 3 !== 0 ? 'later' : (field & 1) === 1 ? 'first' : 'whole'
      at += 8
    } else {
      const units = bytes.readUInt8(at + 1)
      at += protocol === AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8
    }
    protocol = next
  }
  if (at - start > ipBytes) return 'bad-ip-header'
  return {
    source: ipv6Text(bytes, start + 8), destination: ipv6Text(bytes, start + 24),
    protocol, ipBytes, transportAt: at, transportBytes: ipBytes - (at - start), fragment,
  }
}

const isExtension = (protocol: number): boolean =>
  protocol === HOP_BY_HOP || protocol === ROUTING || protocol === FRAGMENT || protocol === AUTHENTICATION ||
  protocol === DESTINATION || protocol === MOBILITY

function withTransport(bytes: Buffer, network: Network, timeMs: number): Packet | SkipReason {
  const { protocol, transportAt: at, transportBytes } = network
  const left = bytes.length - at
  const packet = (headerBytes: number, sourcePort = 0, destinationPort = 0, tcpFlags = 0, tcpWindow = 0, icmpKind = 0): Packet => ({
    kind: 'packet', timeMs, source: network.source, destination: network.destination, sourcePort, destinationPort, protocol,
    ipBytes: network.ipBytes, payloadBytes: Math.max(0, transportBytes - headerBytes), headerBytes,
    tcpFlags, tcpWindow, icmpKind, fragment: network.fragment,
  })
  if (network.fragment === 'later') return packet(0)
  switch (protocol) {
    case TCP: {
      if (left < 16) return 'cut-header'
      const headerBytes = (bytes.readUInt8(at + 12) >> 4) * 4
      return packet(Math.max(20, headerBytes), bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2), bytes.readUInt8(at + 13), bytes.readUInt16BE(at + 14))
    }
    case UDP:
    case UDP_LITE:
    case SCTP:
    case DCCP:
      if (left < 4) return 'cut-header'
      return packet(protocol === SCTP || protocol === DCCP ? 12 : 8, bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2))
    case ICMP:
    case ICMP_V6:
      if (left < 2) return 'cut-header'
      return packet(8, 0, 0, 0, 0, bytes.readUInt16BE(at))
    default:
      return packet(0)
  }
}
