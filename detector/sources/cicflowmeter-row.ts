/**
 * One row of CICFlowMeter's columns as a flow record, wherever the row comes from: a file, a table, a message. What is
 * wrong with a row is said by column.
 */
import { LABEL } from './cicflowmeter-columns.js'
import { protocolOf } from './protocol-names.js'
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG, type FlowRecord, type Provenance, type Skipped, type SkipReason } from './records.js'
import { parseTime } from './times.js'

/**
 * @param text the cell of a column by its canonical name, trimmed; undefined where the row has no such column
 * @param features every numeric column, computed when asked for
 */
export function flowOfRow(text: (column: string) => string | undefined, features: FlowRecord['features'], provenance?: Provenance): FlowRecord | Skipped {
  const startMs = parseTime(text('Timestamp') ?? '')
  if (startMs === undefined) return bad('bad-time', 'Timestamp', text)
  const source = text('Src IP') ?? ''
  const destination = text('Dst IP') ?? ''
  if (source === '') return bad('bad-row', 'Src IP', text)
  if (destination === '') return bad('bad-row', 'Dst IP', text)
  const protocol = protocolOf(text('Protocol') ?? '')
  // Flows of protocols without ports may leave the port out.
  const sourcePort = Number(text('Src Port') ?? '')
  const numbers = NUMBERS.map((name) => cellNumber(text(name) ?? '')) as [number, number, number, number]
  if (!isCount(protocol)) return bad('bad-number', 'Protocol', text)
  if (!isCount(sourcePort)) return bad('bad-number', 'Src Port', text)
  const fault = numbers.findIndex((value) => !isCount(value))
  if (fault !== -1) return bad('bad-number', NUMBERS[fault] as string, text)
  const [destinationPort, durationMicros, forwardPackets, backwardPackets] = numbers
  const optional = (name: string): number | undefined => {
    const cell = text(name)
    return cell === undefined ? undefined : featureOf(cell)
  }
  const headers = [optional('Fwd Header Length'), optional('Bwd Header Length')] as const
  return {
    kind: 'flow', startMs, endMs: startMs + durationMicros / 1000,
    source, destination, sourcePort, destinationPort, protocol,
    forwardPackets, backwardPackets,
    byteLayer: 'payload',
    forwardBytes: optional('Total Length of Fwd Packet') ?? 0,
    backwardBytes: optional('Total Length of Bwd Packet') ?? 0,
    synPackets: optional('SYN Flag Count'),
    rstPackets: optional('RST Flag Count'),
    tcpFlags: seenFlags(optional),
    headerBytes: headers[0] === undefined || headers[1] === undefined ? undefined : [headers[0], headers[1]],
    forwardDataPackets: optional('Fwd Act Data Pkts'),
    features,
    label: text(LABEL),
    provenance,
  }
}

const NUMBERS = ['Dst Port', 'Flow Duration', 'Total Fwd Packet', 'Total Bwd packets'] as const

const FLAG_COUNTS = [
  ['FIN Flag Count', FIN], ['SYN Flag Count', SYN], ['RST Flag Count', RST], ['PSH Flag Count', PSH],
  ['ACK Flag Count', ACK], ['URG Flag Count', URG], ['ECE Flag Count', ECE], ['CWR Flag Count', CWR],
] as const

/** Undefined where a count is missing: a flag that was not counted is not one that was not seen. */
function seenFlags(count: (column: string) => number | undefined): number | undefined {
  let seen = 0
  for (const [column, flag] of FLAG_COUNTS) {
    const packets = count(column)
    if (packets === undefined) return undefined
    if (packets > 0) seen |= flag
  }
  return seen
}

const isCount = (value: number): boolean => Number.isFinite(value) && value >= 0
const bad = (reason: SkipReason, field: string, text: (column: string) => string | undefined): Skipped =>
  ({ kind: 'skipped', reason, field, value: text(field) })

/** The original tool writes Infinity and NaN for rates of flows of duration 0; the corrected one, like us, writes 0. */
export function featureOf(cell: string): number {
  const value = cellNumber(cell)
  return Number.isFinite(value) ? value : 0
}

function cellNumber(cell: string): number {
  const text = cell.trim()
  return text === '' ? NaN : Number(text)
}
