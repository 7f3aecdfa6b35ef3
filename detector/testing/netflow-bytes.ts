/** Builds datagrams of NetFlow v5, v9 and IPFIX byte by byte, by RFC 3954 and RFC 7011. */
import { addressBytes } from './bytes.js'
import type { FlowRow } from './flow-rows.js'

export const u8 = (value: number): Buffer => Buffer.from([value])
export const u16 = (value: number): Buffer => { const b = Buffer.alloc(2); b.writeUInt16BE(value); return b }
export const u32 = (value: number): Buffer => { const b = Buffer.alloc(4); b.writeUInt32BE(value >>> 0); return b }
export const u64 = (value: number): Buffer => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(Math.floor(value))); return b }
export const ip = addressBytes

/** One direction of a flow. */
export type Way = { source: string; destination: string; sourcePort: number; destinationPort: number; protocol?: number; packets: number; bytes: number; flags?: number; startMs: number; endMs: number }
export type V5Options = { exportMs: number; uptimeMs: number; sequence?: number; engine?: number; sampling?: number; count?: number }

export function v5(ways: readonly Way[], { exportMs, uptimeMs, sequence = 0, engine = 0, sampling = 0, count = ways.length }: V5Options): Buffer {
  const uptimeOf = (ms: number): Buffer => u32(uptimeMs - Math.round(exportMs - ms))
  return Buffer.concat([
    u16(5), u16(count), u32(uptimeMs), u32(Math.floor(exportMs / 1000)), u32((exportMs % 1000) * 1e6), u32(sequence), u16(engine), u16(sampling),
    ...ways.flatMap((way) => [
      ip(way.source), ip(way.destination), Buffer.alloc(8), u32(way.packets), u32(way.bytes), uptimeOf(way.startMs), uptimeOf(way.endMs),
      u16(way.sourcePort), u16(way.destinationPort), u8(0), u8(way.flags ?? 0), u8(way.protocol ?? 6), Buffer.alloc(9),
    ]),
  ])
}

export type Field = readonly [element: number, length: number, enterprise?: number]
export const set = (id: number, ...parts: readonly Buffer[]): Buffer => { const body = Buffer.concat(parts); return Buffer.concat([u16(id), u16(body.length + 4), body]) }
export const fieldsOf = (fields: readonly Field[]): Buffer => Buffer.concat(fields.map(([element, length, enterprise]) =>
  enterprise === undefined ? Buffer.concat([u16(element), u16(length)]) : Buffer.concat([u16(element | 0x8000), u16(length), u32(enterprise)])))
export const template = (id: number, fields: readonly Field[]): Buffer => Buffer.concat([u16(id), u16(fields.length), fieldsOf(fields)])
export const ipfixOptions = (id: number, scopes: number, fields: readonly Field[]): Buffer => Buffer.concat([u16(id), u16(fields.length), u16(scopes), fieldsOf(fields)])
export const v9Options = (id: number, scopes: readonly Field[], options: readonly Field[]): Buffer =>
  Buffer.concat([u16(id), u16(scopes.length * 4), u16(options.length * 4), fieldsOf(scopes), fieldsOf(options)])

export type Message = { exportMs: number; uptimeMs?: number; sequence?: number; domain?: number }

export function v9(sets: readonly Buffer[], { exportMs, uptimeMs = 0, sequence = 0, domain = 0 }: Message): Buffer {
  return Buffer.concat([u16(9), u16(sets.length), u32(uptimeMs), u32(Math.floor(exportMs / 1000)), u32(sequence), u32(domain), ...sets])
}

export function ipfix(sets: readonly Buffer[], { exportMs, sequence = 0, domain = 0 }: Message): Buffer {
  const body = Buffer.concat(sets)
  return Buffer.concat([u16(10), u16(body.length + 16), u32(Math.floor(exportMs / 1000)), u32(sequence), u32(domain), body])
}

/** Addresses, ports, protocol, counts and flags, with milliseconds since 1970. */
export const PLAIN: readonly Field[] = [[8, 4], [12, 4], [7, 2], [11, 2], [4, 1], [2, 4], [1, 8], [6, 1], [152, 8], [153, 8]]
export const plain = (way: Way): Buffer => Buffer.concat([
  ip(way.source), ip(way.destination), u16(way.sourcePort), u16(way.destinationPort), u8(way.protocol ?? 6), u32(way.packets), u64(way.bytes), u8(way.flags ?? 0), u64(way.startMs), u64(way.endMs),
])

/** The two directions of a made-up flow, as an exporter counts them: bytes of IP packets. */
export function waysOf(row: FlowRow): Way[] {
  const both = { startMs: Math.floor(row.startMs), endMs: Math.floor(row.startMs + row.durationMicros / 1000) }
  const out: Way = { ...both, source: row.source, destination: row.target, sourcePort: row.sourcePort, destinationPort: row.port, packets: row.forward, bytes: row.forwardBytes + 52 * row.forward, flags: row.backward > 0 ? 0x1a : 0x02 }
  const back: Way = { ...both, source: row.target, destination: row.source, sourcePort: row.port, destinationPort: row.sourcePort, packets: row.backward, bytes: row.backwardBytes + 52 * row.backward, flags: row.syn === 2 ? 0x1a : 0x14 }
  return row.backward > 0 ? [out, back] : [out]
}
