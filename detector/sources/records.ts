/** What every source yields, whatever its format: packets or flow records, and notices about what it had to leave out. */

/** One IP packet, reduced to what windows and flows count. Lengths are those on the wire, not those captured. */
export type Packet = {
  readonly kind: 'packet'
  /** Milliseconds since 1970 with a fraction (microseconds or better). */
  readonly timeMs: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  /** IP protocol number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6. */
  readonly protocol: number
  /** Bytes of the IP packet, header included (layer 3). */
  readonly ipBytes: number
  /** Bytes after the transport header. */
  readonly payloadBytes: number
  /** Bytes of the transport header. */
  readonly headerBytes: number
  /** TCP flag byte, 0 for other protocols. */
  readonly tcpFlags: number
  readonly tcpWindow: number
  /** ICMP type * 256 + code, 0 for other protocols. */
  readonly icmpKind: number
  readonly fragment: 'whole' | 'first' | 'later'
}

/** A finished bidirectional flow as a flow exporter reports it. */
export type FlowRecord = {
  readonly kind: 'flow'
  readonly startMs: number
  readonly endMs: number
  readonly source: string
  readonly destination: string
  readonly sourcePort: number
  readonly destinationPort: number
  readonly protocol: number
  readonly forwardPackets: number
  readonly backwardPackets: number
  /** What the two byte counts below measure; exporters differ. */
  readonly byteLayer: 'payload' | 'ip' | 'frame'
  readonly forwardBytes: number
  readonly backwardBytes: number
  /** Packets with SYN set, both directions; undefined when the exporter does not say. */
  readonly synPackets: number | undefined
  readonly rstPackets: number | undefined
  /** TCP flags of all packets of both directions, ORed; undefined when the exporter does not say. */
  readonly tcpFlags?: number | undefined
  /** Bytes of transport headers, forward and backward, where `byteLayer` is payload and the exporter counts them. */
  readonly headerBytes?: readonly [number, number] | undefined
  /** Forward packets that carry payload; undefined when the exporter does not say. */
  readonly forwardDataPackets: number | undefined
  /** Every numeric column under the exporter's canonical name, for trained models; computed when asked for. */
  readonly features: () => Readonly<Record<string, number>>
  /** The exporter's class label, when the file is a labelled data set. Detection never reads it. */
  readonly label: string | undefined
  /** Bytes after the transport headers, where the exporter counts them beside the ones above. */
  readonly forwardPayloadBytes?: number | undefined
  readonly backwardPayloadBytes?: number | undefined
  /** Packets with FIN set, both directions; undefined when the exporter does not say. */
  readonly finPackets?: number | undefined
  readonly provenance?: Provenance | undefined
}

/** Which counts a record's bytes are: application payload, IP packets, or frames with their padding. */
export type ByteLayer = FlowRecord['byteLayer']

/** Where a record comes from; one object for all records of a file or of an exporter's domain. */
export type Provenance = {
  readonly format: 'cicflowmeter' | 'eve' | 'zeek' | 'flow-lite' | 'netflow-v5' | 'netflow-v9' | 'ipfix'
  /** The file's name without its folder, the table, the topic, or the exporter's address with its observation domain. */
  readonly origin: string
  readonly byteLayer: ByteLayer
  /** The sensor that the record itself names. */
  readonly sensor?: string | undefined
  /** One packet of so many was looked at, and the counts are multiplied by it; absent: all were, or nobody says. */
  readonly sampling?: number | undefined
}

/** Counts alone are none of CICFlowMeter's columns, and values made up from them would mislead a model. */
export const noFeatures = (): Readonly<Record<string, number>> => ({})

/** A record that was left out, and why. Counted, never thrown. */
export type Skipped = {
  readonly kind: 'skipped'
  readonly reason: SkipReason
  /** The column or field at fault, by the exporter's canonical name. */
  readonly field?: string
  /** What stood there. */
  readonly value?: string | undefined
  /** Which row of a table, message of a topic or line of a file it was. */
  readonly where?: string
  /** Of so many records at once; absent: one. */
  readonly count?: number
}

export type SkipReason =
  | 'not-ip'
  | 'cut-header'
  | 'bad-ip-header'
  | 'unknown-link-type'
  | 'bad-row'
  | 'bad-number'
  | 'bad-time'
  | 'broken-json'
  | 'line-too-long'
  | 'other-event'
  /** What was read up to a place is no longer there, and nobody knows what was written after it. */
  | 'file-gone'
  /** A datagram of an exporter that is broken; the field is its fault. */
  | 'malformed-datagram'
  /** Did not arrive, by the numbers that the exporter counts with: records, of NetFlow v9 datagrams. */
  | 'lost-record'
  /** Sets of records whose template never came. */
  | 'no-template'
  /** Came while more waited to be dealt with than there is room for. */
  | 'queue-full'
  /** A datagram of somebody who is no allowed exporter. */
  | 'unknown-exporter'
  /** Came after flows that began later had been counted, by more than the source waits. */
  | 'late-record'
  /** Began in the future: its clock is wrong, and counting it would make everything else late. */
  | 'from-the-future'

/** The file ended or broke before its own structure says it should; everything before `byteOffset` was yielded. */
export type Notice = {
  readonly kind: 'notice'
  readonly code: 'TRUNCATED_CAPTURE' | 'CORRUPT_CAPTURE'
  readonly byteOffset: number
  readonly message: string
}

/** Time has passed without traffic; only live replays yield it, so that windows close on time. */
export type Tick = { readonly kind: 'tick'; readonly timeMs: number }

export type SourceItem = Packet | FlowRecord | Skipped | Notice | Tick

export const ICMP = 1
export const TCP = 6
export const UDP = 17
export const ICMP_V6 = 58

export const FIN = 0x01
export const SYN = 0x02
export const RST = 0x04
export const PSH = 0x08
export const ACK = 0x10
export const URG = 0x20
export const ECE = 0x40
export const CWR = 0x80

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'], [2, 'igmp'], [4, 'ipip'], [6, 'tcp'], [17, 'udp'], [41, 'ipv6'], [47, 'gre'], [50, 'esp'],
  [51, 'ah'], [58, 'icmpv6'], [89, 'ospf'], [132, 'sctp'],
])

export const protocolName = (protocol: number): string => PROTOCOL_NAMES.get(protocol) ?? `ip-${protocol}`
export const isIcmp = (protocol: number): boolean => protocol === ICMP || protocol === ICMP_V6
