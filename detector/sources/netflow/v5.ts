/** NetFlow v5: a header of 24 bytes and up to 30 records of 48, one direction each, IPv4 only; bytes are of IP packets. */
import { ipv4Text } from '../addresses.js'
import { isIcmp } from '../records.js'
import type { ProvenanceOf } from '../provenance.js'
import { atUptime, type ExportTime, type RawFlow } from './raw-flow.js'

export const V5_HEADER_BYTES = 24
const RECORD_BYTES = 48

export type V5Header = ExportTime & {
  readonly count: number
  /** Flows that were sent before these. */
  readonly sequence: number
  /** Which of the exporter's engines it is. */
  readonly engine: number
  readonly samplingInterval: number | undefined
}

/** The datagram has at least a header. */
export function readV5Header(bytes: Buffer): V5Header {
  const sampling = bytes.readUInt16BE(22) & 0x3fff
  return {
    count: bytes.readUInt16BE(2), uptimeMs: bytes.readUInt32BE(4),
    exportMs: bytes.readUInt32BE(8) * 1000 + bytes.readUInt32BE(12) / 1e6,
    sequence: bytes.readUInt32BE(16), engine: bytes.readUInt16BE(20),
    samplingInterval: sampling > 1 ? sampling : undefined,
  }
}

/** As many of the announced records as there are whole ones. */
export function readV5Records(bytes: Buffer, header: V5Header, provenanceOf: ProvenanceOf): RawFlow[] {
  const whole = Math.min(header.count, Math.floor((bytes.length - V5_HEADER_BYTES) / RECORD_BYTES))
  return Array.from({ length: whole }, (_none, index) => recordAt(bytes, V5_HEADER_BYTES + index * RECORD_BYTES, header, provenanceOf))
}

function recordAt(bytes: Buffer, at: number, header: V5Header, provenanceOf: ProvenanceOf): RawFlow {
  const startMs = atUptime(bytes.readUInt32BE(at + 24), header) ?? header.exportMs
  const protocol = bytes[at + 38] as number
  const scale = header.samplingInterval ?? 1
  const port = (offset: number): number => isIcmp(protocol) ? 0 : bytes.readUInt16BE(at + offset)
  return {
    kind: 'raw-flow', startMs: Math.max(0, startMs), endMs: Math.max(0, startMs, atUptime(bytes.readUInt32BE(at + 28), header) ?? startMs),
    source: ipv4Text(bytes, at), destination: ipv4Text(bytes, at + 4), sourcePort: port(32), destinationPort: port(34), protocol,
    forward: { packets: bytes.readUInt32BE(at + 16) * scale, bytes: bytes.readUInt32BE(at + 20) * scale, flags: bytes[at + 37] as number },
    backward: undefined, byteLayer: 'ip', provenance: provenanceOf('ip', { sampling: header.samplingInterval }),
  }
}
