/**
 * The log itself. The entries of one append stand together in a few values, each under the position of its last entry:
 * the first key from a position on is the value that has it, and an entry that was written alone, as all were before
 * format 4, is a value of the same kind. One value a kilobyte left a quarter of each page empty and was found by a search
 * of its own.
 *
 * A value of many is a zero byte, which no entry begins with, the number of entries (u16), the end of each behind this
 * header (u32), and their bytes one after the other.
 */
import type { Database } from 'lmdb'
import { copyEntry, mostBytesOf, nextEntry, type EntryChunk } from '../prepared-entries.js'

/** position of the last entry -> one entry, or many */
export type EntryTable = Database<Buffer, number>

const MANY = 0
const COUNT_AT = 1
const ENDS_AT = 3
const END_BYTES = 4
/** A value takes whole pages but for 16 bytes, so a large one leaves little of them empty; to read one entry all of it is copied. */
export const VALUE_BYTES = 8 * 4096 - 16
const MOST_ENTRIES = 256

/** Number of events: one more than the highest position. */
export function lengthOf(table: EntryTable): number {
  for (const position of table.getKeys({ reverse: true, limit: 1 })) return position + 1
  return 0
}

/** Bytes of the entry at `position`, which must be there. */
export function entryOf(table: EntryTable, position: number): Buffer {
  for (const { value } of entriesFrom(table, position)) return value
  throw new Error(`the log has no entry at position ${position}`)
}

/** Entries from `position` on, in order. Must be read to its end, or left, in one turn. */
export function* entriesFrom(table: EntryTable, position: number): Generator<{ readonly position: number; readonly value: Buffer }> {
  for (const { key, value } of table.getRange({ start: position })) {
    if (value[0] !== MANY) {
      yield { position: key, value }
      continue
    }
    const count = value.readUInt16LE(COUNT_AT)
    const first = key - count + 1
    for (let i = Math.max(0, position - first); i < count; i++) yield { position: first + i, value: value.subarray(startOf(value, count, i), endOf(value, count, i)) }
  }
}

const bodyAt = (count: number): number => ENDS_AT + count * END_BYTES
const endOf = (value: Buffer, count: number, index: number): number => bodyAt(count) + value.readUInt32LE(ENDS_AT + index * END_BYTES)
const startOf = (value: Buffer, count: number, index: number): number => (index === 0 ? bodyAt(count) : endOf(value, count, index - 1))

/** Where the entries of a value are put together, behind room for the header of as many as there may be. */
let scratch = Buffer.allocUnsafeSlow(bodyAt(MOST_ENTRIES) + VALUE_BYTES)

/**
 * Puts entries at the end of the log, which is at `position`, each with its revision. Must run inside a write
 * transaction; LMDB copies what is put together here before `putSync` returns.
 */
export function addEntries(table: EntryTable, chunk: EntryChunk, position: number, revisions: ArrayLike<number>): void {
  const body = bodyAt(MOST_ENTRIES)
  let count = 0
  let end = body
  let next = position
  for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) {
    const most = mostBytesOf(chunk, at)
    if (count === MOST_ENTRIES || (count > 0 && end - body + bodyAt(count + 1) + most > VALUE_BYTES)) {
      putTogether(table, next - 1, count, end)
      count = 0
      end = body
    }
    if (end + most > scratch.length) scratch = Buffer.allocUnsafeSlow(end + most)
    end = copyEntry(chunk, at, next, revisions[i] as number, scratch, end)
    ends[count] = end - body
    count += 1
    next += 1
  }
  if (count > 0) putTogether(table, next - 1, count, end)
}

/** End of each entry that goes into a value, from the end of its header. */
const ends = new Uint32Array(MOST_ENTRIES)

function putTogether(table: EntryTable, last: number, count: number, end: number): void {
  const body = bodyAt(MOST_ENTRIES)
  if (count === 1) {
    table.putSync(last, scratch.subarray(body, end))
    return
  }
  const start = body - bodyAt(count)
  scratch[start] = MANY
  scratch.writeUInt16LE(count, start + COUNT_AT)
  for (let i = 0; i < count; i++) scratch.writeUInt32LE(ends[i] as number, start + ENDS_AT + i * END_BYTES)
  table.putSync(last, scratch.subarray(start, end))
}
