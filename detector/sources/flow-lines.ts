/**
 * Lines with flows, whatever wrote them: Suricata's EVE, Zeek's conn.log in both forms, flow-lite. Each line says what it
 * is, so a file may change its form; what a tab-separated header said holds for the lines below it.
 */
import { basename } from 'node:path'
import { parseEveEvent } from './eve.js'
import type { FileBytes } from './file-bytes.js'
import { FLOW_LITE, parseFlowLite } from './flow-lite.js'
import { readLines } from './lines.js'
import { provenanceFor } from './provenance.js'
import type { FlowRecord, Skipped } from './records.js'
import { createRowReader, isZeekComment, NO_HEADER, withHeaderLine, type ZeekHeader } from './zeek/tsv.js'
import { looksLikeZeek, parseZeekObject } from './zeek/json.js'

export type LineReader = {
  /** Undefined for what is neither a flow nor at fault: a blank line, a header. */
  read(line: string): FlowRecord | Skipped | undefined
}

export type LineFormat = 'eve-json' | 'zeek-tsv' | 'zeek-json' | 'flow-lite'

/** @param origin what provenance names: a file without its folder, a topic */
export function createLineReader(origin: string): LineReader {
  const objects = createObjectReader(origin)
  const zeek = provenanceFor('zeek', origin)
  let header: ZeekHeader = NO_HEADER
  let readRow = createRowReader(header, zeek)
  return {
    read(line) {
      const text = line.charCodeAt(0) === 0xfeff ? line.slice(1) : line
      if (isZeekComment(text)) {
        header = withHeaderLine(header, text)
        readRow = createRowReader(header, zeek)
        return undefined
      }
      const trimmed = text.trim()
      if (trimmed === '') return undefined
      // A row of a log never begins with a brace: its first column is a time or an identifier.
      if (header.fields.length > 0 && !trimmed.startsWith('{')) return readRow(text)
      return objects(trimmed)
    },
  }
}

export async function* readFlowLines(file: FileBytes): AsyncGenerator<readonly (FlowRecord | Skipped)[]> {
  const reader = createLineReader(basename(file.path))
  for await (const lines of readLines(file)) {
    const items: (FlowRecord | Skipped)[] = []
    for (const line of lines) {
      const item: FlowRecord | Skipped | undefined = line.kind === 'too-long' ? { kind: 'skipped', reason: 'line-too-long' } : reader.read(line.text)
      if (item !== undefined) items.push(item)
    }
    yield items
  }
}

/** The same for one JSON text. */
export function createObjectReader(origin: string): (json: string) => FlowRecord | Skipped {
  const readValue = createValueReader(origin)
  return (json) => {
    let value: unknown
    try {
      value = JSON.parse(json)
    } catch {
      return { kind: 'skipped', reason: 'broken-json' }
    }
    return readValue(value)
  }
}

/** The same for a value that was JSON. */
export function createValueReader(origin: string): (value: unknown) => FlowRecord | Skipped {
  const [eve, zeek, flowLite] = [provenanceFor('eve', origin), provenanceFor('zeek', origin), provenanceFor('flow-lite', origin)]
  return (value) => {
    if (typeof value !== 'object' || value === null) return parseEveEvent(value)
    switch (formOf(value)) {
      case 'zeek-json': return parseZeekObject(value, zeek)
      case 'flow-lite': return parseFlowLite(value, flowLite)
      case 'eve-json': return parseEveEvent(value, eve)
    }
  }
}

export const formOf = (value: object): Exclude<LineFormat, 'zeek-tsv'> =>
  'event_type' in value ? 'eve-json' : isFlowLite(value) ? 'flow-lite' : looksLikeZeek(value) ? 'zeek-json' : 'eve-json'

const isFlowLite = (value: object): boolean => 'schema' in value && typeof value.schema === 'string' && value.schema.startsWith(FLOW_LITE.split('/')[0] as string)
