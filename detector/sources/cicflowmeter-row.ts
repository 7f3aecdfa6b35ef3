/**
 * One row of CICFlowMeter's columns as a flow record, wherever the row comes from: a file, a table, a message. What is
 * wrong with a row is said by column.
 */
import { LABEL } from './cicflowmeter-columns.js'
import { protocolOf } from './protocol-names.js'
import type { FlowRecord, Skipped, SkipReason } from './records.js'
import { parseTime } from './times.js'

/**
 * @param text the cell of a column by its canonical name, trimmed; undefined where the row has no such column
 * @param features every numeric column, computed when asked for
 */
export function flowOfRow(text: (column: string) => string | undefined, features: FlowRecord['features']): FlowRecord | Skipped {
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
  return {
    kind: 'flow', startMs, endMs: startMs + durationMicros / 1000,
    source, destination, sourcePort, destinationPort, protocol,
    forwardPackets, backwardPackets,
    byteLayer: 'payload',
    forwardBytes: optional('Total Length of Fwd Packet') ?? 0,
    backwardBytes: optional('Total Length of Bwd Packet') ?? 0,
    synPackets: optional('SYN Flag Count'),
    rstPackets: optional('RST Flag Count'),
    forwardDataPackets: optional('Fwd Act Data Pkts'),
    features,
    label: text(LABEL),
  }
}

const NUMBERS = ['Dst Port', 'Flow Duration', 'Total Fwd Packet', 'Total Bwd packets'] as const

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
