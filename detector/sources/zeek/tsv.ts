/**
 * Zeek's tab-separated logs. Lines that begin with # describe those below them: separator, signs for what is unset or
 * empty, the log's path, columns and their types, in any order but the separator first. A file of several logs one after
 * the other has several headers; each counts from where it stands.
 */
import type { ProvenanceOf } from '../provenance.js'
import type { FlowRecord, Skipped } from '../records.js'
import { flowOfConn, ZEEK_REQUIRED } from './conn.js'

export type ZeekHeader = {
  readonly separator: string
  readonly unset: string
  readonly empty: string
  readonly path: string | undefined
  readonly fields: readonly string[]
  readonly types: readonly string[]
}

export const NO_HEADER: ZeekHeader = { separator: '\t', unset: '-', empty: '(empty)', path: undefined, fields: [], types: [] }

export const isZeekComment = (line: string): boolean => line.startsWith('#')

/** The header with one more of its lines. */
export function withHeaderLine(header: ZeekHeader, line: string): ZeekHeader {
  // The separator's own line cannot use it: "#separator \x09".
  if (line.startsWith('#separator')) return { ...NO_HEADER, separator: unescape(line.slice('#separator'.length).trim()) || '\t' }
  const [name, ...values] = line.split(header.separator)
  switch (name) {
    case '#unset_field': return { ...header, unset: values[0] ?? '' }
    case '#empty_field': return { ...header, empty: values[0] ?? '' }
    case '#path': return { ...header, path: values[0] }
    case '#fields': return { ...header, fields: cellsOf(values) }
    case '#types': return { ...header, types: cellsOf(values) }
    default: return header
  }
}

/** What is wrong with a header, as the field at fault; undefined where its rows can be read. */
export function headerFault(header: ZeekHeader): string | undefined {
  if (header.fields.length === 0) return '#fields'
  if (header.path !== undefined && header.path !== 'conn') return '#path'
  if (header.types.length > 0 && header.types.length !== header.fields.length) return '#types'
  return ZEEK_REQUIRED.find((name) => !header.fields.includes(name))
}

/** Reads the rows under one header. */
export function createRowReader(header: ZeekHeader, provenanceOf: ProvenanceOf): (line: string) => FlowRecord | Skipped {
  const fault = headerFault(header)
  const index = new Map(header.fields.map((name, at) => [name, at]))
  return (line) => {
    if (fault === '#path') return { kind: 'skipped', reason: 'other-event' }
    if (fault !== undefined) return { kind: 'skipped', reason: 'bad-row', field: fault }
    const cells = cellsOf(line.split(header.separator))
    if (cells.length !== header.fields.length) return { kind: 'skipped', reason: 'bad-row', field: '#fields', value: `${cells.length} cells, ${header.fields.length} columns` }
    return flowOfConn((column) => {
      const at = index.get(column)
      const cell = at === undefined ? undefined : cells[at]
      return cell === undefined || cell === header.unset || cell === header.empty || cell === '' ? undefined : unescape(cell)
    }, provenanceOf)
  }
}

/** The labelled IoT-23 logs put three blanks, not the separator, before the columns that were added. */
const cellsOf = (parts: readonly string[]): string[] => {
  const last = parts.at(-1)
  return last === undefined || !last.includes('   ') ? [...parts] : [...parts.slice(0, -1), ...last.split(/ {3,}/)]
}

/** Zeek writes the separator and what is not printable as \xHH. */
const unescape = (text: string): string => text.includes('\\x') ? text.replace(/\\x([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))) : text
