/** Made-up flows with attacks in them, and the forms that sources have them in: CSV, a table, messages. */
import type pg from 'pg'

export type FlowRow = {
  readonly startMs: number
  readonly source: string
  readonly sourcePort: number
  readonly target: string
  readonly port: number
  readonly durationMicros: number
  readonly forward: number
  readonly backward: number
  readonly forwardBytes: number
  readonly backwardBytes: number
  readonly syn: number
}

const BEGIN_MS = Date.UTC(2017, 6, 7, 12)

/**
 * `minutes` of traffic in order of time, no two flows at one moment: a calm flow a second, and each minute, in turn, a
 * flood on a host of its own, a scan of its ports, or somebody guessing its passwords. The last flows are calm and far
 * apart, so that everything before them is judged.
 */
export function flowRows(minutes: number): FlowRow[] {
  const rows: FlowRow[] = []
  const add = (offsetMs: number, more: Partial<FlowRow>): void => {
    rows.push({ startMs: BEGIN_MS + offsetMs, source: '10.0.0.9', sourcePort: 40_000, target: '10.0.0.1', port: 443, durationMicros: 80_000, forward: 6, backward: 6, forwardBytes: 700, backwardBytes: 5000, syn: 2, ...more })
  }
  for (let minute = 0; minute < minutes; minute++) {
    const target = `10.9.0.${minute + 1}`
    const at = (second: number): number => (minute * 60 + second) * 1000
    for (let second = 0; second < 60; second++) add(at(second) + 0.5, { sourcePort: 10_000 + second })
    if (minute % 3 === 0) for (let i = 0; i < 300; i++) add(at(20) + 1 + i * 3, { source: `172.16.${i % 90}.7`, sourcePort: 1024 + i, target, port: 80, durationMicros: 0, forward: 1, backward: 0, forwardBytes: 0, backwardBytes: 0, syn: 1 })
    if (minute % 3 === 1) for (let i = 0; i < 120; i++) add(at(20) + 1 + i * 7, { source: '172.17.0.7', sourcePort: 2000 + i, target, port: 100 + i, durationMicros: 100, forward: 1, backward: 1, forwardBytes: 0, backwardBytes: 0, syn: 1 })
    if (minute % 3 === 2) for (let i = 0; i < 40; i++) add(at(20) + 1 + i * 400, { source: '172.18.0.7', sourcePort: 3000 + i, target, port: 22, durationMicros: 300_000, forward: 9, backward: 9, forwardBytes: 900, backwardBytes: 1200 })
  }
  for (const second of [90, 180, 400, 800]) add((minutes * 60 + second) * 1000, {})
  return rows.sort((a, b) => a.startMs - b.startMs)
}

/** Columns as a table and messages have them, in the later dialect, with a label that says nothing true. */
export const TABLE_COLUMNS = [
  ['flow_id', 'text'], ['src_ip', 'text'], ['src_port', 'integer'], ['dst_ip', 'text'], ['dst_port', 'integer'], ['protocol', 'text'], ['timestamp', 'timestamp'],
  ['flow_duration', 'bigint'], ['tot_fwd_pkts', 'integer'], ['tot_bwd_pkts', 'integer'], ['totlen_fwd_pkts', 'double precision'], ['totlen_bwd_pkts', 'numeric'],
  ['flow_byts_s', 'double precision'], ['syn_flag_cnt', 'smallint'], ['rst_flag_cnt', 'smallint'], ['fwd_act_data_pkts', 'integer'], ['label', 'text'],
] as const

const CSV_HEADER = 'Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Total Bwd packets,Total Length of Fwd Packet,Total Length of Bwd Packet,Flow Bytes/s,SYN Flag Count,RST Flag Count,Fwd Act Data Pkts,Label'

const cells = (row: FlowRow): readonly (string | number)[] => [
  'a-b', row.source, row.sourcePort, row.target, row.port, 'TCP', timeText(row.startMs), row.durationMicros, row.forward, row.backward,
  row.forwardBytes, row.backwardBytes, row.durationMicros === 0 ? 'Infinity' : 12.5, row.syn, 0, row.forwardBytes === 0 ? 0 : 3, row.port === 443 ? 'ddos' : 'Benign',
]

/** Half milliseconds too: a table keeps microseconds. */
const timeText = (ms: number): string => `${new Date(Math.floor(ms)).toISOString().slice(0, 23).replace('T', ' ')}${String(Math.round((ms % 1) * 1000)).padStart(3, '0')}`

export const csvOf = (rows: readonly FlowRow[]): string => [CSV_HEADER, ...rows.map((row) => cells(row).join(','))].join('\n')

export const messageOf = (row: FlowRow): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(Object.fromEntries(cells(row).map((cell, at) => [(TABLE_COLUMNS[at] as readonly [string, string])[0], cell]))))

/** The same flows with the same counts as flow-lite, so that they end in the same findings as the CSV. */
export const flowLiteOf = (row: FlowRow): string => JSON.stringify({
  schema: 'flow-lite/1', start: row.startMs, end: row.startMs + row.durationMicros / 1000, src_ip: row.source, src_port: row.sourcePort, dst_ip: row.target, dst_port: row.port, protocol: 6,
  fwd_packets: row.forward, bwd_packets: row.backward, byte_layer: 'payload', fwd_bytes: row.forwardBytes, bwd_bytes: row.backwardBytes,
  syn_packets: row.syn, rst_packets: 0, fwd_data_packets: row.forwardBytes === 0 ? 0 : 3, sensor: 'edge',
})

const ZEEK_FIELDS = ['ts', 'uid', 'id.orig_h', 'id.orig_p', 'id.resp_h', 'id.resp_p', 'proto', 'duration', 'orig_bytes', 'resp_bytes', 'history', 'orig_pkts', 'orig_ip_bytes', 'resp_pkts', 'resp_ip_bytes'] as const
export const ZEEK_HEADER = ['#separator \\x09', '#set_separator\t,', '#empty_field\t(empty)', '#unset_field\t-', '#path\tconn', `#fields\t${ZEEK_FIELDS.join('\t')}`].join('\n')

/** As Zeek writes them, with IP bytes beside the payload. */
export const zeekOf = (row: FlowRow): string => [
  (row.startMs / 1000).toFixed(6), 'C1', row.source, row.sourcePort, row.target, row.port, 'tcp', row.durationMicros === 0 ? '-' : (row.durationMicros / 1e6).toFixed(6),
  row.forwardBytes, row.backwardBytes, row.syn === 2 ? 'ShAD' : 'S', row.forward, row.forwardBytes + 52 * row.forward, row.backward, row.backwardBytes + 52 * row.backward,
].join('\t')

export const zeekLogOf = (rows: readonly FlowRow[]): string => [ZEEK_HEADER, ...rows.map(zeekOf), ''].join('\n')

export async function createFlowTable(pool: Pick<pg.Pool, 'query'>, name: string, key = 'id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY'): Promise<void> {
  await pool.query(`CREATE SCHEMA IF NOT EXISTS curated; CREATE TABLE ${name} (${key === '' ? '' : `${key}, `}${TABLE_COLUMNS.map(([column, type]) => `"${column}" ${type}`).join(', ')}); CREATE INDEX ON ${name} ("timestamp")`)
}

/** In any order: the table is read in order of time. */
export async function insertFlows(pool: Pick<pg.Pool, 'query'>, name: string, rows: readonly FlowRow[]): Promise<void> {
  const columns = TABLE_COLUMNS.map(([column]) => `"${column}"`).join(', ')
  const types = TABLE_COLUMNS.map(([column, type]) => `"${column}" ${type}`).join(', ')
  const values = JSON.stringify(rows.map((row) => Object.fromEntries(cells(row).map((cell, at) => [(TABLE_COLUMNS[at] as readonly [string, string])[0], cell]))))
  await pool.query(`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM json_to_recordset($1) AS given(${types})`, [values])
}
