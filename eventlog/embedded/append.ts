/** One append as one LMDB transaction: it is decided before the first write, so nothing is ever half there. */
import type { AppendResult, RecordedEvent } from '../log.js'
import { planAppend, type KnownEvent, type PlannedStream } from '../plan-append.js'
import { entryAt, type PreparedAppend } from '../prepare.js'
import { decodeRecord, encodedIn } from '../record.js'
import { findOrPutId, hasAny, keepIds } from './id-index.js'
import { lengthOf } from './read.js'
import { addToStream, lastRevision } from './stream-index.js'
import type { LogTables } from './tables.js'

/** Must run inside a write transaction. */
export function appendInTransaction(tables: LogTables, appends: readonly PreparedAppend[]): AppendResult {
  const hasOld = hasAny(tables.old.ids)
  const length = lengthOf(tables)
  tables.recent.catchUp(length)
  const find = (id: string, index: number): KnownEvent | 'repeated' | undefined => {
    const position = findOrPutId(tables, id, length + index, hasOld)
    if (position === undefined) return undefined
    return position < length ? storedAt(tables, position) : 'repeated'
  }
  const plan = planAppend({ length, headOf: (stream) => lastRevision(tables, stream), find }, appends)
  if (plan.kind !== 'append') return plan
  writeEntries(tables, appends, plan.events)
  if (plan.events.length > 0) keepIds(tables, length)
  writeStreams(tables, plan.streams)
  return { kind: 'appended', events: plan.events }
}

function storedAt(tables: LogTables, position: number): KnownEvent {
  const stored = tables.entries.get(position) as Buffer
  const recorded = decodeRecord(stored)
  return { stream: recorded.stream, encoded: encodedIn(stored), recorded: () => recorded }
}

function writeEntries(tables: LogTables, appends: readonly PreparedAppend[], recorded: readonly RecordedEvent[]): void {
  let next = 0
  for (const { events } of appends) {
    for (const prepared of events) {
      const place = recorded[next++] as RecordedEvent
      tables.entries.putSync(place.position, entryAt(prepared, place))
    }
  }
}

/** In the order of their keys: neighbours share a page, which is then found and copied once. */
function writeStreams(tables: LogTables, streams: ReadonlyMap<string, PlannedStream>): void {
  for (const [stream, { positions, last }] of [...streams].sort(([a], [b]) => (a < b ? -1 : 1))) addToStream(tables, stream, positions, last)
}
