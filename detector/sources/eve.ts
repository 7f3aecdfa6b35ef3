/**
 * Reads Suricata EVE JSON lines: `flow` events and `netflow` events (one a direction). Other events are passed over.
 * Byte counts are those of frames (layer 2, Ethernet padding included): a 40-byte SYN counts as 60.
 */
import { z } from 'zod'
import { protocolOf } from './protocol-names.js'
import type { ProvenanceOf } from './provenance.js'
import { noFeatures, type FlowRecord, type Provenance, type Skipped } from './records.js'

const count = z.number().int().nonnegative()
const port = z.number().int().min(0).max(65_535).default(0)
const endpoints = { src_ip: z.string().min(2).max(45), dest_ip: z.string().min(2).max(45), src_port: port, dest_port: port, proto: z.string().max(16) }
const tcpFlags = z.object({ tcp_flags_ts: z.string().optional(), tcp_flags_tc: z.string().optional(), tcp_flags: z.string().optional() })

const flowEvent = z.object({
  event_type: z.literal('flow'), ...endpoints,
  flow: z.object({ pkts_toserver: count, pkts_toclient: count, bytes_toserver: count, bytes_toclient: count, start: z.string(), end: z.string() }),
  tcp: tcpFlags.optional(),
})

type FlowEvent = z.output<typeof flowEvent>
type TcpFlags = z.output<typeof tcpFlags>

const netflowEvent = z.object({
  event_type: z.literal('netflow'), ...endpoints,
  netflow: z.object({ pkts: count, bytes: count, start: z.string(), end: z.string() }),
  tcp: tcpFlags.optional(),
})

const anyEvent = z.object({ event_type: z.string() })

export function parseEveLine(text: string): FlowRecord | Skipped {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'skipped', reason: 'broken-json' }
  }
  return parseEveEvent(value)
}

export function parseEveEvent(value: unknown, provenanceOf?: ProvenanceOf): FlowRecord | Skipped {
  return isPlainFlow(value) ? flowOf(value, provenanceOf) : checkedEvent(value, provenanceOf)
}

/** By the schema alone, whatever it is. */
export function checkedEvent(value: unknown, provenanceOf?: ProvenanceOf): FlowRecord | Skipped {
  const event = anyEvent.safeParse(value)
  if (!event.success) return badField(event.error)
  switch (event.data.event_type) {
    case 'flow': {
      const parsed = flowEvent.safeParse(value)
      if (!parsed.success) return badField(parsed.error)
      return flowOf(parsed.data, provenanceOf)
    }
    case 'netflow': {
      const parsed = netflowEvent.safeParse(value)
      if (!parsed.success) return badField(parsed.error)
      const { netflow, tcp } = parsed.data
      return record(parsed.data, netflow.start, netflow.end, [netflow.pkts, 0], [netflow.bytes, 0], { said: tcp !== undefined, toServer: flagByte(tcp?.tcp_flags), toClient: 0 }, provenanceOf?.('frame'))
    }
    default:
      return { kind: 'skipped', reason: 'other-event' }
  }
}

function flowOf(event: FlowEvent, provenanceOf: ProvenanceOf | undefined): FlowRecord | Skipped {
  const { flow, tcp } = event
  const flags = { said: tcp !== undefined, toServer: flagByte(tcp?.tcp_flags_ts), toClient: flagByte(tcp?.tcp_flags_tc) }
  return record(event, flow.start, flow.end, [flow.pkts_toserver, flow.pkts_toclient], [flow.bytes_toserver, flow.bytes_toclient], flags, provenanceOf?.('frame'))
}

/**
 * Whether it is surely what `flowEvent` takes, and takes unchanged. It may say no to what the schema takes, which is then
 * asked: at fifty thousand flows a second its copies cost as much as JSON.parse.
 */
function isPlainFlow(value: unknown): value is FlowEvent {
  if (!isPlainObject<FlowEvent>(value) || value.event_type !== 'flow') return false
  const { flow, tcp } = value
  return isAddress(value.src_ip) && isAddress(value.dest_ip) && isPort(value.src_port) && isPort(value.dest_port) && typeof value.proto === 'string' && value.proto.length <= 16 &&
    isPlainObject<FlowEvent['flow']>(flow) && isCount(flow.pkts_toserver) && isCount(flow.pkts_toclient) && isCount(flow.bytes_toserver) && isCount(flow.bytes_toclient) &&
    typeof flow.start === 'string' && typeof flow.end === 'string' &&
    (tcp === undefined || (isPlainObject<TcpFlags>(tcp) && isOptionalText(tcp.tcp_flags_ts) && isOptionalText(tcp.tcp_flags_tc) && isOptionalText(tcp.tcp_flags)))
}

type Unchecked<T> = { readonly [K in keyof T]?: unknown }
const isPlainObject = <T>(value: unknown): value is Unchecked<T> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isAddress = (value: unknown): boolean => typeof value === 'string' && value.length >= 2 && value.length <= 45
const isPort = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
const isOptionalText = (value: unknown): boolean => value === undefined || typeof value === 'string'

const badField = (error: z.ZodError): Skipped => ({ kind: 'skipped', reason: 'bad-row', field: error.issues[0]?.path.join('.') ?? '' })

type Endpoints = { src_ip: string; dest_ip: string; src_port: number; dest_port: number; proto: string }

function record(ends: Endpoints, start: string, end: string, packets: readonly [number, number], bytes: readonly [number, number],
  flags: { said: boolean; toServer: number; toClient: number }, provenance: Provenance | undefined): FlowRecord | Skipped {
  const startMs = eveTime(start)
  const endMs = eveTime(end)
  if (startMs === undefined) return { kind: 'skipped', reason: 'bad-time', field: 'start', value: start }
  if (endMs === undefined) return { kind: 'skipped', reason: 'bad-time', field: 'end', value: end }
  const protocol = protocolNumber(ends.proto)
  const tcp = protocol === 6
  return {
    kind: 'flow', startMs, endMs: Math.max(startMs, endMs),
    source: ends.src_ip, destination: ends.dest_ip, sourcePort: ends.src_port, destinationPort: ends.dest_port, protocol,
    forwardPackets: packets[0], backwardPackets: packets[1],
    byteLayer: 'frame', forwardBytes: bytes[0], backwardBytes: bytes[1],
    synPackets: tcp ? (flags.toServer >> 1 & 1) + (flags.toClient >> 1 & 1) : 0,
    rstPackets: tcp ? (flags.toServer >> 2 & 1) + (flags.toClient >> 2 & 1) : 0,
    tcpFlags: tcp && !flags.said ? undefined : flags.toServer | flags.toClient,
    forwardDataPackets: undefined,
    features: noFeatures,
    label: undefined,
    finPackets: tcp ? (flags.toServer & 1) + (flags.toClient & 1) : 0,
    provenance,
  }
}

/** OR of the flags of all packets of a direction, in hex. */
const flagByte = (hex: string | undefined): number => hex !== undefined && /^[0-9a-f]{2}$/i.test(hex) ? parseInt(hex, 16) : 0

/** "2017-07-07T13:02:39.182486+0000": ISO 8601 basic offset, which Date.parse wants with a colon. */
export function eveTime(text: string): number | undefined {
  return utcMicros(text) ?? anyTime(text)
}

function anyTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)$/.exec(text)
  if (match === null) return undefined
  const zone = (match[3] as string).replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  const wholeMs = Date.parse(`${match[1]}${zone}`)
  return Number.isNaN(wholeMs) ? undefined : wholeMs + Number(match[2] ?? 0) * 1000
}

/** What Suricata writes by default, without patterns and texts between; undefined for whatever is written otherwise. */
function utcMicros(text: string): number | undefined {
  if (text.length !== 31 || !text.endsWith('+0000')) return undefined
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== '.') return undefined
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)]
  const [hour, minute, second, micros] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19), digits(text, 20, 26)]
  // What is NaN fails too. Years below 100 mean others to Date.UTC.
  if (!(year >= 100 && month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59 && second <= 59 && micros >= 0)) return undefined
  // One correctly rounded division is what reading ".182486" is.
  return Date.UTC(year, month - 1, day, hour, minute, second) + micros / 1e6 * 1000
}

/** NaN where something else than a digit stands. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return NaN
    number = number * 10 + digit
  }
  return number
}

/** A name that we do not know is a protocol without ports. */
function protocolNumber(name: string): number {
  const number = protocolOf(name)
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : 0
}
