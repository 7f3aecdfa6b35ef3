/** Reads CICFlowMeter CSV of any dialect into flow records; a bad row is counted with its reason. */
import { resolveColumns, type Columns } from './cicflowmeter-columns.js'
import { SourceError } from './errors.js'
import type { FileBytes } from './file-bytes.js'
import { readLines } from './lines.js'
import type { FlowRecord, Skipped, SkipReason } from './records.js'

export async function* readCicFlowMeter(file: FileBytes): AsyncGenerator<FlowRecord | Skipped> {
  let columns: Columns | undefined
  for await (const line of readLines(file)) {
    if (line.kind === 'too-long') {
      yield { kind: 'skipped', reason: 'line-too-long' }
      continue
    }
    if (columns === undefined) columns = checkedColumns(file.path, splitCsv(line.text))
    else if (line.text !== '') yield readRow(line.text, columns)
  }
}

function checkedColumns(path: string, header: readonly string[]): Columns {
  const columns = resolveColumns(header)
  if (columns.missing.length === 0) return columns
  throw new SourceError('MISSING_COLUMNS', path,
    `the CSV header lacks ${columns.missing.join(', ')}; export the flows with CICFlowMeter's full column set`)
}

/** The tool never quotes except around names with commas, so a row without quotes takes the short way. */
export function splitCsv(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const c = line[i] as string
    if (quoted && c === '"' && line[i + 1] === '"') { cell += '"'; i++ }
    else if (c === '"') quoted = !quoted
    else if (c === ',' && !quoted) { cells.push(cell); cell = '' }
    else cell += c
  }
  cells.push(cell)
  return cells
}

function readRow(line: string, columns: Columns): FlowRecord | Skipped {
  const cells = splitCsv(line)
  if (cells.length !== columns.count) return skipped('bad-row')
  const text = (name: string): string => {
    const at = columns.index.get(name)
    return at === undefined ? '' : (cells[at] as string).trim()
  }
  const startMs = parseTime(text('Timestamp'))
  if (startMs === undefined) return skipped('bad-time')
  const source = text('Src IP')
  const destination = text('Dst IP')
  if (source === '' || destination === '') return skipped('bad-row')
  const sourcePort = Number(text('Src Port'))
  const [destinationPort, protocol, durationMicros, forwardPackets, backwardPackets] =
    ['Dst Port', 'Protocol', 'Flow Duration', 'Total Fwd Packet', 'Total Bwd packets'].map((name) => cellNumber(text(name))) as [number, number, number, number, number]
  if (![sourcePort, destinationPort, protocol, durationMicros, forwardPackets, backwardPackets].every((n) => Number.isFinite(n) && n >= 0)) return skipped('bad-number')
  const optional = (name: string): number | undefined => columns.index.has(name) ? finiteOr0(cellNumber(text(name))) : undefined
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
    features: featuresLater(line, columns),
    label: columns.index.has('Label') ? text('Label') : undefined,
  }
}

/**
 * The ninety numbers of a row are parsed when an engine asks: they cost more than everything else together. A function
 * of its own, so that what is kept is the line and not the cells it was split into.
 */
const featuresLater = (line: string, columns: Columns): FlowRecord['features'] => () => featuresOf(line, columns)

/** The original tool writes Infinity and NaN for rates of flows of duration 0; the corrected one, like us, writes 0. */
function featuresOf(line: string, columns: Columns): Record<string, number> {
  const cells = splitCsv(line)
  return Object.fromEntries(columns.features.map(([name, at]) => [name, finiteOr0(cellNumber(cells[at] as string))]))
}

const skipped = (reason: SkipReason): Skipped => ({ kind: 'skipped', reason })
const finiteOr0 = (value: number): number => Number.isFinite(value) ? value : 0

function cellNumber(cell: string): number {
  const text = cell.trim()
  return text === '' ? NaN : Number(text)
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?$/
const DAY_FIRST = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d\d)(?::(\d\d)(\.\d+)?)?(?: ?([AaPp])[Mm])?$/

/** Milliseconds since 1970, UTC; the tool writes no zone. Day first, as the 2017 and 2018 originals do. */
export function parseTime(text: string): number | undefined {
  const iso = ISO.exec(text)
  if (iso !== null) return utc(iso[1], iso[2], iso[3], Number(iso[4]), iso[5], iso[6], iso[7])
  const day = DAY_FIRST.exec(text)
  if (day === null) return undefined
  const half = day[8]?.toLowerCase()
  const hour = Number(day[4])
  const hour24 = half === undefined ? hour : (hour % 12) + (half === 'p' ? 12 : 0)
  return utc(day[3], day[2], day[1], hour24, day[5], day[6] ?? '0', day[7])
}

function utc(year: string | undefined, month: string | undefined, day: string | undefined, hour: number,
  minute: string | undefined, second: string | undefined, fraction: string | undefined): number | undefined {
  const parts = [Number(year), Number(month) - 1, Number(day), hour, Number(minute), Number(second)] as const
  if (parts[1] > 11 || parts[2] < 1 || parts[2] > 31 || hour > 23 || parts[4] > 59 || parts[5] > 60) return undefined
  return Date.UTC(...parts) + Number(fraction ?? 0) * 1000
}
