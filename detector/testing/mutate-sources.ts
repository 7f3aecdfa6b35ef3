/** Logs and datagrams that are nearly right: what fuzzing of the sources begins from, and how it changes them. */
import { mulberry } from '../../platform/testing/mulberry.js'
import { flowLiteOf, flowRows, zeekLogOf, type FlowRow } from './flow-rows.js'
import { ipfix, ipfixOptions, plain, PLAIN, set, template, u16, u32, u8, v5, v9, v9Options, waysOf, type Field } from './netflow-bytes.js'

const rows = flowRows(1).slice(0, 6)
const ways = rows.flatMap(waysOf)
const AT = { exportMs: Math.floor(rows[0]?.startMs ?? 0) }
const VARIABLE: readonly Field[] = [[96, 0xffff], ...PLAIN, [1, 8, 29_305], [2, 4, 29_305], [82, 0xffff], [48, 1]]
const variable = (index: number): Buffer => Buffer.concat([u8(3), Buffer.from('dns'), plain(ways[index] as (typeof ways)[number]), Buffer.alloc(12), u8(255), u16(300), Buffer.alloc(300, 0x41), u8(1)])

export const DATAGRAMS: readonly Buffer[] = [
  v5(ways, { ...AT, uptimeMs: 100_000, sampling: 0x4010 }),
  v9([set(0, template(300, PLAIN)), set(300, ...ways.map(plain)), set(1, v9Options(400, [[1, 4]], [[48, 1], [50, 4]]), u16(0)), set(400, u32(1), u8(3), u32(1000))], AT),
  ipfix([set(2, template(500, VARIABLE), template(501, PLAIN)), set(500, variable(0), variable(1)), set(501, ...ways.map(plain)), set(3, ipfixOptions(600, 1, [[149, 4], [305, 4], [306, 4]])), set(600, u32(0), u32(1), u32(511)), set(2, u16(501), u16(0))], AT),
  v9([set(301, plain(ways[0] as (typeof ways)[number]))], AT),
]

export const LOGS: readonly Buffer[] = [Buffer.from(zeekLogOf(rows)), Buffer.from(`${rows.map((row: FlowRow) => flowLiteOf(row)).join('\n')}\n`),
  Buffer.from(`${rows.map((row) => JSON.stringify({ event_type: 'flow', src_ip: row.source, dest_ip: row.target, proto: 'TCP', flow: { pkts_toserver: 1, pkts_toclient: 0, bytes_toserver: 60, bytes_toclient: 0, start: '2026-01-02T03:04:05.0+0000', end: '2026-01-02T03:04:05.0+0000' } })).join('\n')}\n`)]

/** Whole numbers below a bound; a run can be repeated by its seed. */
export function randomOf(seed: number): (below: number) => number {
  const draw = mulberry(seed)
  return (below) => Math.floor(draw() * below)
}

/** Bytes overwritten, lengths made extreme, parts cut out, doubled or put elsewhere. */
export function mutate(base: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(base)
  for (let changes = 1 + random(6); changes > 0 && bytes.length > 2; changes--) {
    const at = random(bytes.length - 1)
    const length = random(Math.min(64, bytes.length - at))
    switch (random(6)) {
      case 0: bytes[at] = random(256); break
      case 1: bytes.writeUInt16BE([0, 1, 3, 4, 255, 256, 0x7fff, 0xffff][random(8)] as number, at); break
      case 2: bytes = bytes.subarray(0, at); break
      case 3: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]); break
      case 4: bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]); break
      default: bytes[at] = (bytes[at] as number) ^ (1 << random(8))
    }
  }
  return bytes
}
