/** One append as one LMDB transaction: it is decided before the first write, so nothing is ever half there. */
import type { AppendResult, RecordedEvent } from '../log.js'
import { planAppend, type KnownEvent, type PlannedStream } from '../plan-append.js'
import { entryAt, type PreparedAppend } from '../prepare.js'
import { decodeRecord, encodedIn } from '../record.js'
import { addEntries, entryOf, lengthOf } from './entry-table.js'
import { findOrPutIds, keepIds, UNKNOWN } from './id-index.js'
import { addToStream, revisionIn, sweepTails, tailOf } from './stream-index.js'
import type { LogTables } from './tables.js'

/** Must run inside a write transaction. */
export function appendInTransaction(tables: LogTables, appends: readonly PreparedAppend[]): AppendResult {
  const length = lengthOf(tables.entries)
  tables.recent.catchUp(length)
  const positions = findOrPutIds(tables, appends.flatMap(({ events }) => events.map(({ id }) => id)), length)
  const find = (_id: string, index: number): KnownEvent | 'repeated' | undefined => {
    const position = positions[index] as number
    if (position === UNKNOWN) return undefined
    return position < length ? storedAt(tables, position) : 'repeated'
  }
  const tails = new Map<string, Buffer | undefined>()
  const headOf = (stream: string): number | undefined => {
    const tail = tailOf(tables, stream)
    tails.set(stream, tail)
    return revisionIn(tables, stream, tail)
  }
  const plan = planAppend({ length, headOf, find }, appends)
  if (plan.kind !== 'append') return plan
  if (plan.events.length === 0) return { kind: 'appended', events: [] }
  addEntries(tables.entries, length, entriesOf(appends, plan.events))
  keepIds(tables, length)
  writeStreams(tables, plan.streams, tails)
  return { kind: 'appended', events: plan.events }
}

function storedAt(tables: LogTables, position: number): KnownEvent {
  const stored = entryOf(tables.entries, position)
  const recorded = decodeRecord(stored)
  return { stream: recorded.stream, encoded: encodedIn(stored), recorded: () => recorded }
}

function entriesOf(appends: readonly PreparedAppend[], recorded: readonly RecordedEvent[]): readonly Buffer[] {
  let next = 0
  return appends.flatMap(({ events }) => events.map((prepared) => entryAt(prepared, recorded[next++] as RecordedEvent)))
}

/** In the order of their keys: neighbours share a page, which is then found and copied once. */
function writeStreams(tables: LogTables, streams: ReadonlyMap<string, PlannedStream>, tails: ReadonlyMap<string, Buffer | undefined>): void {
  for (const [stream, { positions, last }] of [...streams].sort(([a], [b]) => (a < b ? -1 : 1))) addToStream(tables, stream, tails.get(stream), positions, last)
  sweepTails(tables)
}
