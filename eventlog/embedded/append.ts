/** One append as one LMDB transaction: it is decided before the first write, so nothing is ever half there. */
import type { AppendResult } from '../log.js'
import { planAppend, type KnownEvent } from '../plan-append.js'
import type { PreparedAppends } from '../prepare.js'
import { decodeRecord, encodedIn } from '../record.js'
import { addEntries, entryOf, lengthOf } from './entry-table.js'
import { findNewIds, keepIds, putIds, sweepIds } from './id-index.js'
import { addToStream, keepTails, revisionIn, sweepTails, tailsIn } from './stream-index.js'
import type { LogTables } from './tables.js'

/** Must run inside a write transaction. */
export function appendInTransaction(tables: LogTables, prepared: PreparedAppends): AppendResult {
  const length = lengthOf(tables.entries)
  tables.recent.catchUp(length)
  const known = knownIds(tables, prepared, length)
  const find = (id: string, index: number): KnownEvent | 'repeated' | undefined => {
    const position = known.get(index) ?? tables.old?.ids.get(id)
    if (position === undefined) return undefined
    return position < length ? storedAt(tables, position) : 'repeated'
  }
  const tails = new Map<string, Buffer>()
  const tailOf = tailsIn(tables)
  const headOf = (stream: string): number | undefined => {
    const tail = tailOf(stream)
    if (tail !== undefined) tails.set(stream, tail)
    return revisionIn(tables, stream, tail)
  }
  const plan = planAppend({ length, headOf, find }, prepared)
  if (plan.kind !== 'append') return plan
  if (plan.events.length === 0) return { kind: 'appended', events: [] }
  let next = 0
  for (const chunk of prepared.chunks) {
    const ofChunk = plan.events.slice(next, next + chunk.count)
    addEntries(tables.entries, chunk, length + next, ofChunk.map(({ revision }) => revision))
    next += chunk.count
  }
  keepIds(tables, length)
  for (const [stream, { positions, last }] of plan.streams) addToStream(tables, stream, tails.get(stream), positions, last)
  keepTails(tables, length, plan.events.length)
  sweepIds(tables)
  sweepTails(tables)
  return { kind: 'appended', events: plan.events }
}

/** Position of each event whose id is known, by its index; of one that comes again here, the position that the first will have. */
function knownIds(tables: LogTables, { chunks }: PreparedAppends, length: number): ReadonlyMap<number, number> {
  const known = new Map<number, number>()
  let next = 0
  for (const chunk of chunks) {
    const from = next
    putIds(tables, chunk, length + from, (index, position) => known.set(from + index, position))
    next += chunk.count
  }
  findNewIds(tables, length, (index, position) => known.set(index, position))
  return known
}

function storedAt(tables: LogTables, position: number): KnownEvent {
  const stored = entryOf(tables.entries, position)
  const recorded = decodeRecord(stored)
  return { stream: recorded.stream, encoded: encodedIn(stored), recorded: () => recorded }
}
