/** One message of a topic as a flow: a JSON object with CICFlowMeter's names in any spelling, a Suricata EVE event, a connection of Zeek, or flow-lite. */
import { featureOf, flowOfRow } from '../cicflowmeter-row.js'
import { LABEL, REQUIRED_COLUMNS, resolveColumns, type Columns } from '../cicflowmeter-columns.js'
import { createValueReader } from '../flow-lines.js'
import { MAX_LINE_BYTES } from '../lines.js'
import { provenanceFor } from '../provenance.js'
import type { FlowRecord, Provenance, Skipped } from '../records.js'

/** How messages of one topic are read. */
export type MessageSources = { readonly readValue: ReturnType<typeof createValueReader>; readonly rows: Provenance | undefined }

export const messageSources = (topic: string): MessageSources => ({ readValue: createValueReader(topic), rows: provenanceFor('cicflowmeter', topic)('payload') })

const UNNAMED: MessageSources = { readValue: createValueReader('unnamed'), rows: undefined }

/** Suricata's events, Zeek's connections and flow-lite say what they are; CICFlowMeter's columns do not. */
const isOwnForm = (value: object): boolean => 'event_type' in value || 'id.orig_h' in value || 'schema' in value

/** Never throws: what is no flow is said by reason and field. */
export function parseFlowMessage(bytes: Uint8Array, sources: MessageSources = UNNAMED): FlowRecord | Skipped {
  if (bytes.length > MAX_LINE_BYTES) return { kind: 'skipped', reason: 'line-too-long' }
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { kind: 'skipped', reason: 'broken-json' }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'skipped', reason: 'bad-row' }
  return isOwnForm(value) ? sources.readValue(value) : flowOfObject(value as Readonly<Record<string, unknown>>, sources.rows)
}

function flowOfObject(object: Readonly<Record<string, unknown>>, provenance: Provenance | undefined): FlowRecord | Skipped {
  const names = Object.keys(object)
  const columns = columnsOf(names)
  const missing = REQUIRED_COLUMNS.find((name) => !columns.index.has(name))
  if (missing !== undefined) return { kind: 'skipped', reason: 'bad-row', field: missing }
  const cell = (at: number): string => textOf(object[names[at] as string])
  const text = (column: string): string | undefined => {
    const at = column === LABEL ? undefined : columns.index.get(column)
    if (at === undefined) return undefined
    return column === 'Timestamp' ? timeText(object[names[at] as string]) : cell(at)
  }
  return flowOfRow(text, () => Object.fromEntries(columns.features.map(([name, at]) => [name, featureOf(cell(at))])), provenance)
}

const textOf = (value: unknown): string => typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''

/** Numbers are Unix times: seconds, milliseconds or microseconds, told from their size (good from 1973 to 5138). */
function timeText(value: unknown): string {
  if (typeof value !== 'number' || !(value > 0 && value < 1e17)) return textOf(value)
  const ms = value < 1e11 ? value * 1000 : value < 1e14 ? value : value / 1000
  return new Date(ms).toISOString()
}

/** Exporters write the same names in the same order, over and over. */
let lastNames: readonly string[] = []
let lastColumns: Columns = resolveColumns([])

function columnsOf(names: readonly string[]): Columns {
  if (names.length !== lastNames.length || names.some((name, at) => name !== lastNames[at])) {
    lastColumns = resolveColumns(names)
    lastNames = names
  }
  return lastColumns
}
