/**
 * One connection of Zeek's conn.log as a flow record, wherever its cells come from. `orig_ip_bytes` and `resp_ip_bytes`
 * are bytes of IP packets; `orig_bytes` and `resp_bytes` are payload, counted from sequence numbers, and stand beside
 * them. A log of an old or a trimmed Zeek may have the payload alone.
 */
import { canonicalAddress } from '../addresses.js'
import type { ProvenanceOf } from '../provenance.js'
import { ICMP, ICMP_V6, TCP, noFeatures, type FlowRecord, type Skipped, type SkipReason } from '../records.js'
import { eveTime } from '../eve.js'
import { tcpCountsOf, tcpFlagsOf } from './history.js'

/** Without these a row is no flow between two hosts. */
export const ZEEK_REQUIRED = ['ts', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'orig_pkts', 'resp_pkts'] as const

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1 }

/** @param cell of a column by Zeek's name; undefined where it is unset, empty or not there */
export function flowOfConn(cell: (column: string) => string | undefined, provenanceOf: ProvenanceOf): FlowRecord | Skipped {
  const bad = (reason: SkipReason, field: string): Skipped => ({ kind: 'skipped', reason, field, value: cell(field)?.slice(0, 200) })
  const startMs = zeekTime(cell('ts'))
  if (startMs === undefined) return bad('bad-time', 'ts')
  const source = canonicalAddress(cell('id.orig_h') ?? '')
  if (source === undefined) return bad('bad-row', 'id.orig_h')
  const destination = canonicalAddress(cell('id.resp_h') ?? '')
  if (destination === undefined) return bad('bad-row', 'id.resp_h')
  const proto = cell('proto')
  if (proto === undefined) return bad('bad-row', 'proto')
  const numbers = new Map<string, number | undefined>()
  for (const name of NUMBERS) {
    const text = cell(name)
    const value = text === undefined ? undefined : Number(text)
    const isRequired = name === 'orig_pkts' || name === 'resp_pkts' || name.startsWith('id.')
    if (value === undefined ? isRequired : !(value >= 0 && value <= (LIMITS[name] ?? Number.MAX_SAFE_INTEGER))) return bad('bad-number', name)
    numbers.set(name, value)
  }
  const number = (name: (typeof NUMBERS)[number]): number | undefined => numbers.get(name)
  const protocol = protocolNumber(proto, number('ip_proto'), source)
  const counts = protocol === TCP ? tcpCountsOf(cell('history'), cell('conn_state')) : { syn: 0, rst: 0, fin: 0 }
  const isIcmp = protocol === ICMP || protocol === ICMP_V6
  const byteLayer = number('orig_ip_bytes') === undefined || number('resp_ip_bytes') === undefined ? 'payload' : 'ip'
  const [payloadForward, payloadBackward] = [number('orig_bytes'), number('resp_bytes')]
  return {
    kind: 'flow', startMs, endMs: startMs + (number('duration') ?? 0) * 1000, source, destination,
    // Of ICMP they are the type and the code.
    sourcePort: isIcmp ? 0 : number('id.orig_p') ?? 0, destinationPort: isIcmp ? 0 : number('id.resp_p') ?? 0, protocol,
    forwardPackets: number('orig_pkts') ?? 0, backwardPackets: number('resp_pkts') ?? 0,
    byteLayer, forwardBytes: number(byteLayer === 'ip' ? 'orig_ip_bytes' : 'orig_bytes') ?? 0, backwardBytes: number(byteLayer === 'ip' ? 'resp_ip_bytes' : 'resp_bytes') ?? 0,
    synPackets: counts.syn, rstPackets: counts.rst, tcpFlags: protocol === TCP ? tcpFlagsOf(cell('history'), cell('conn_state')) : 0, forwardDataPackets: undefined,
    features: noFeatures, label: cell('label'),
    forwardPayloadBytes: payloadForward, backwardPayloadBytes: payloadBackward, finPackets: counts.fin,
    provenance: provenanceOf(byteLayer, { sensor: cell('_system_name') }),
  }
}

const NUMBERS = ['id.orig_p', 'id.resp_p', 'ip_proto', 'duration', 'orig_bytes', 'resp_bytes', 'orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes'] as const
/** A duration above ten years is no duration, and would end in no date. */
const LIMITS: Readonly<Record<string, number>> = { 'id.orig_p': 65_535, 'id.resp_p': 65_535, ip_proto: 255, duration: 3.2e8 }

/** Seconds since 1970 with a fraction, or what JSON logs are set to write: milliseconds, or ISO 8601. */
function zeekTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isNaN(value)) return eveTime(text)
  if (!(value > 0 && value < 8.64e15)) return undefined
  return value < 1e11 ? value * 1000 : value
}

/** `icmp` is of either version; a transport that Zeek does not know has its number in `ip_proto` (Zeek 7.1). */
function protocolNumber(name: string, number: number | undefined, source: string): number {
  const known = PROTOCOLS[name.toLowerCase()]
  if (known === ICMP && source.includes(':')) return ICMP_V6
  return number ?? known ?? 0
}
