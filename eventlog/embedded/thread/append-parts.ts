/**
 * An append that comes in parts, each written as soon as it is there. It takes only what is plainly right: every event new,
 * every stream as expected, nothing too large. Of anything else it says so, its transaction is aborted, and the append is
 * decided as a whole (append.ts), which knows what the answer is.
 */
import { MAX_EVENT_BYTES } from '../../check-append.js'
import { chunkOf, mostBytesOf, nextEntry, type EntryChunk } from '../../prepared-entries.js'
import { addEntries, lengthOf } from '../entry-table.js'
import { findNewIds, keepIds, putIds, sweepIds } from '../id-index.js'
import { addToStream, keepTails, revisionIn, sweepTails, tailsIn } from '../stream-index.js'
import type { LogTables } from '../tables.js'
import { fits, NO_REVISION, RUN_NUMBERS, type AppendPart, type Taken } from './part.js'

export type PartedAppend = {
  /** False where the append is not plainly right: the transaction must be aborted. */
  readonly add: (part: AppendPart) => boolean
  /** After the last part. Undefined where the append is not plainly right after all: the same. */
  readonly finish: () => Taken | undefined
}

/** Must run inside a write transaction, to its end; where that is aborted, call `forgetUnkept`. @param events in all parts together */
export function beginAppend(tables: LogTables, events: number): PartedAppend {
  const position = lengthOf(tables.entries)
  tables.recent.catchUp(position)
  tables.young.catchUp(position)
  // Before the append and not after it: the first parts are only being prepared now.
  sweepIds(tables)
  sweepTails(tables)
  const tailOf = tailsIn(tables)
  const revisions = new Float64Array(events)
  let count = 0
  let areNew = true
  const onKnown = (): void => { areNew = false }
  return {
    add({ memory, count: entries, names, runs }) {
      const chunk = chunkOf(memory, entries)
      const from = position + count
      if (!areSmallEnough(chunk)) return false
      putIds(tables, chunk, from, onKnown)
      const ofEntries = revisions.subarray(count, count + entries)
      const streams = names.map((name): Stream => {
        const tail = tailOf(name)
        return { name, tail, last: revisionIn(tables, name, tail) ?? NO_REVISION, positions: [] }
      })
      if (!areNew || !place(streams, runs, from, ofEntries)) return false
      addEntries(tables.entries, chunk, from, ofEntries)
      for (const { name, tail, positions, last } of streams) if (positions.length > 0) addToStream(tables, name, tail, positions, last)
      count += entries
      return true
    },
    finish() {
      // Of all parts at once: more of them belong to each bucket.
      findNewIds(tables, position, onKnown)
      keepIds(tables, position)
      keepTails(tables, position, count)
      return areNew ? { position, revisions } : undefined
    },
  }
}

type Stream = { readonly name: string; readonly tail: Buffer | undefined; last: number; readonly positions: number[] }

/** Gives each event its revision, from position `from` on. False where a stream is not as expected. */
function place(streams: readonly Stream[], runs: Float64Array, from: number, revisions: Float64Array): boolean {
  let next = 0
  for (let i = 0; i < runs.length; i += RUN_NUMBERS) {
    const stream = streams[runs[i] as number] as Stream
    if (!fits(runs[i + 1] as number, stream.last)) return false
    for (let left = runs[i + 2] as number; left > 0; left--) {
      stream.last += 1
      stream.positions.push(from + next)
      revisions[next] = stream.last
      next += 1
    }
  }
  return true
}

function areSmallEnough(chunk: EntryChunk): boolean {
  for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) if (mostBytesOf(chunk, at) > MAX_EVENT_BYTES) return false
  return true
}
