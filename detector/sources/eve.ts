/**
 * Reads Suricata EVE JSON lines: `flow` events and `netflow` events (one a direction). Other events are passed over.
 * Byte counts are those of frames (layer 2, Ethernet padding included): a 40-byte SYN counts as 60.
 */
import { z } from 'zod'
import type { FileBytes } from './file-bytes.js'
import { readLines } from './lines.js'
import { protocolOf } from './protocol-names.js'
import type { FlowRecord, Skipped } from './records.js'

const count = z.number().int().nonnegative()
const port = z.number().int().min(0).max(65_535).default(0)
const endpoints = { src_ip: z.string().min(2).max(45), dest_ip: z.string().min(2).max(45), src_port: port, dest_port: port, proto: z.string().max(16) }
const tcpFlags = z.object({ tcp_flags_ts: z.string().optional(), tcp_flags_tc: z.string().optional(), tcp_flags: z.string().optional() })

const flowEvent = z.object({
  event_type: z.literal('flow'), ...endpoints,
  flow: z.object({ pkts_toserver: count, pkts_toclient: count, bytes_toserver: count, bytes_toclient: count, start: z.string(), end: z.string() }),
  tcp: tcpFlags.optional(),
})

const netflowEvent = z.object({
  event_type: z.literal('netflow'), ...endpoints,
  netflow: z.object({ pkts: count, bytes: count, start: z.string(), end: z.string() }),
  tcp: tcpFlags.optional(),
})

const anyEvent = z.object({ event_type: z.string() })

export async function* readEve(file: FileBytes): AsyncGenerator<FlowRecord | Skipped> {
  for await (const line of readLines(file)) {
    if (line.kind === 'too-long') yield { kind: 'skipped', reason: 'line-too-long' }
    else if (line.text.trim() !== '') yield parseEveLine(line.text)
  }
}

export function parseEveLine(text: string): FlowRecord | Skipped {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'skipped', reason: 'broken-json' }
  }
  return parseEveEvent(value)
}

export function parseEveEvent(value: unknown): FlowRecord | Skipped {
  const event = anyEvent.safeParse(value)
  if (!event.success) return badField(event.error)
  switch (event.data.event_type) {
    case 'flow': {
      const parsed = flowEvent.safeParse(value)
      if (!parsed.success) return badField(parsed.error)
      const { flow, tcp } = parsed.data
      const flags = { toServer: flagByte(tcp?.tcp_flags_ts), toClient: flagByte(tcp?.tcp_flags_tc) }
      return record(parsed.data, flow.start, flow.end, [flow.pkts_toserver, flow.pkts_toclient], [flow.bytes_toserver, flow.bytes_toclient], flags)
    }
    case 'netflow': {
      const parsed = netflowEvent.safeParse(value)
      if (!parsed.success) return badField(parsed.error)
      const { netflow, tcp } = parsed.data
      return record(parsed.data, netflow.start, netflow.end, [netflow.pkts, 0], [netflow.bytes, 0], { toServer: flagByte(tcp?.tcp_flags), toClient: 0 })
    }
    default:
      return { kind: 'skipped', reason: 'other-event' }
  }
}

const badField = (error: z.ZodError): Skipped => ({ kind: 'skipped', reason: 'bad-row', field: error.issues[0]?.path.join('.') ?? '' })

/** EVE has none of CICFlowMeter's columns, and values made up from counts would mislead a model. */
const noFeatures = (): Readonly<Record<string, number>> => ({})

type Endpoints = { src_ip: string; dest_ip: string; src_port: number; dest_port: number; proto: string }

function record(ends: Endpoints, start: string, end: string, packets: readonly [number, number], bytes: readonly [number, number],
  flags: { toServer: number; toClient: number }): FlowRecord | Skipped {
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
    forwardDataPackets: undefined,
    features: noFeatures,
    label: undefined,
  }
}

/** OR of the flags of all packets of a direction, in hex. */
const flagByte = (hex: string | undefined): number => hex !== undefined && /^[0-9a-f]{2}$/i.test(hex) ? parseInt(hex, 16) : 0

/** "2017-07-07T13:02:39.182486+0000": ISO 8601 basic offset, which Date.parse wants with a colon. */
export function eveTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)$/.exec(text)
  if (match === null) return undefined
  const zone = (match[3] as string).replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
  const wholeMs = Date.parse(`${match[1]}${zone}`)
  return Number.isNaN(wholeMs) ? undefined : wholeMs + Number(match[2] ?? 0) * 1000
}

/** A name that we do not know is a protocol without ports. */
function protocolNumber(name: string): number {
  const number = protocolOf(name)
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : 0
}
