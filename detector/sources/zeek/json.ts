/** Zeek's conn.log as JSON lines: the same columns as names, `ts` in seconds, milliseconds or ISO 8601. */
import type { ProvenanceOf } from '../provenance.js'
import type { FlowRecord, Skipped } from '../records.js'
import { flowOfConn, ZEEK_REQUIRED } from './conn.js'

/** Zeek flattens records: the connection's ends stand under names with a dot. */
export const looksLikeZeek = (value: object): boolean => 'id.orig_h' in value || ('uid' in value && 'ts' in value) || '_path' in value

export function parseZeekObject(value: object, provenanceOf: ProvenanceOf): FlowRecord | Skipped {
  const cells = value as Readonly<Record<string, unknown>>
  if (cells['_path'] !== undefined && cells['_path'] !== 'conn') return { kind: 'skipped', reason: 'other-event' }
  const missing = ZEEK_REQUIRED.find((name) => cells[name] === undefined)
  if (missing !== undefined) return { kind: 'skipped', reason: 'bad-row', field: missing }
  return flowOfConn((column) => {
    const cell = Object.hasOwn(cells, column) ? cells[column] : undefined
    return typeof cell === 'string' ? cell || undefined : typeof cell === 'number' ? String(cell) : undefined
  }, provenanceOf)
}
