/**
 * Flow-lite: our own form of a flow for who has none of the others, one JSON object a line (docs/detector.md). Strict:
 * an unknown field, a missing one or a wrong value leaves the record out, with the field's name.
 */
import { z } from 'zod'
import { canonicalAddress } from './addresses.js'
import { protocolOf } from './protocol-names.js'
import type { ProvenanceOf } from './provenance.js'
import { noFeatures, type FlowRecord, type Skipped } from './records.js'
import { parseTime } from './times.js'

export const FLOW_LITE = 'flow-lite/1'

const count = z.int().nonnegative()
const port = z.int().min(0).max(65_535).default(0)
const address = z.string().max(64).transform((text, context) => canonicalAddress(text) ?? refuse(context))
/** RFC 3339 with a zone, or Unix milliseconds. */
const time = z.union([z.number().min(0).max(8.64e15), z.string().max(40)]).transform((value, context) =>
  (typeof value === 'number' ? value : /(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? parseTime(value) : undefined) ?? refuse(context))
const protocol = z.union([z.int().min(0).max(255), z.string().max(16)]).transform((value, context) => {
  const number = protocolOf(String(value))
  return Number.isInteger(number) && number >= 0 && number <= 255 ? number : refuse(context)
})

const flowLite = z.strictObject({
  schema: z.literal(FLOW_LITE),
  start: time, end: time,
  src_ip: address, dst_ip: address, src_port: port, dst_port: port, protocol,
  fwd_packets: count, bwd_packets: count,
  /** What the byte counts measure: they are never compared without it. */
  byte_layer: z.enum(['payload', 'ip', 'frame']),
  fwd_bytes: count, bwd_bytes: count,
  fwd_payload_bytes: count.optional(), bwd_payload_bytes: count.optional(),
  syn_packets: count.optional(), fin_packets: count.optional(), rst_packets: count.optional(), fwd_data_packets: count.optional(),
  /** Of both directions, ORed. */
  tcp_flags: z.int().min(0).max(255).optional(),
  sensor: z.string().min(1).max(128).optional(),
  /** The counts are multiplied by it already. */
  sampling: z.int().min(1).optional(),
})

export const FLOW_LITE_FIELDS: readonly string[] = Object.keys(flowLite.shape)

function refuse(context: z.RefinementCtx): never {
  context.addIssue('is no value of this field')
  return z.NEVER
}

export function parseFlowLite(value: unknown, provenanceOf: ProvenanceOf): FlowRecord | Skipped {
  const parsed = flowLite.safeParse(value)
  if (!parsed.success) return refused(parsed.error, value)
  const flow = parsed.data
  if (flow.end < flow.start) return { kind: 'skipped', reason: 'bad-time', field: 'end', value: String((value as { end: unknown }).end) }
  return {
    kind: 'flow', startMs: flow.start, endMs: flow.end,
    source: flow.src_ip, destination: flow.dst_ip, sourcePort: flow.src_port, destinationPort: flow.dst_port, protocol: flow.protocol,
    forwardPackets: flow.fwd_packets, backwardPackets: flow.bwd_packets,
    byteLayer: flow.byte_layer, forwardBytes: flow.fwd_bytes, backwardBytes: flow.bwd_bytes,
    synPackets: flow.syn_packets, rstPackets: flow.rst_packets, tcpFlags: flow.tcp_flags, forwardDataPackets: flow.fwd_data_packets,
    features: noFeatures, label: undefined,
    forwardPayloadBytes: flow.fwd_payload_bytes, backwardPayloadBytes: flow.bwd_payload_bytes, finPackets: flow.fin_packets,
    provenance: provenanceOf(flow.byte_layer, flow),
  }
}

const NUMBERS: ReadonlySet<string> = new Set(Object.keys(flowLite.shape).filter((name) => /_(packets|bytes|port)$/.test(name) || name === 'sampling'))

function refused(error: z.ZodError, value: unknown): Skipped {
  const issue = error.issues[0]
  const field = issue?.code === 'unrecognized_keys' ? String(issue.keys[0]).slice(0, 100) : String(issue?.path[0] ?? '')
  const found = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[field] : value
  const reason = field === 'start' || field === 'end' ? 'bad-time' : NUMBERS.has(field) ? 'bad-number' : 'bad-row'
  return { kind: 'skipped', reason, field, value: textOf(found) }
}

const textOf = (value: unknown): string | undefined => value === undefined ? undefined : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200)
