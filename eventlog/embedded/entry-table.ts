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

/** position of the last entry -> one entry, or many */
export type EntryTable = Database<Buffer, number>

const MANY = 0
const COUNT_AT = 1
const ENDS_AT = 3
const END_BYTES = 4
/** A value takes whole pages, so a large one leaves little of them empty; to read one entry all of it is copied. */
const VALUE_BYTES = 32 * 1024
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

/** Puts entries at the end of a log of `length`. Must run inside a write transaction. */
export function addEntries(table: EntryTable, length: number, entries: readonly Buffer[]): void {
  for (let from = 0; from < entries.length;) {
    let bytes = (entries[from] as Buffer).length
    let to = from + 1
    while (to < entries.length && to - from < MOST_ENTRIES && bytes + (entries[to] as Buffer).length <= VALUE_BYTES) bytes += (entries[to++] as Buffer).length
    table.putSync(length + to - 1, to - from === 1 ? entries[from] as Buffer : together(entries, from, to, bytes))
    from = to
  }
}

/** Grows to what the largest value needs; LMDB copies it before `putSync` returns. */
let scratch = Buffer.allocUnsafeSlow(VALUE_BYTES * 2)

function together(entries: readonly Buffer[], from: number, to: number, bytes: number): Buffer {
  const count = to - from
  const size = bodyAt(count) + bytes
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(size)
  scratch[0] = MANY
  scratch.writeUInt16LE(count, COUNT_AT)
  let end = 0
  for (let i = 0; i < count; i++) {
    const entry = entries[from + i] as Buffer
    scratch.set(entry, bodyAt(count) + end)
    end += entry.length
    scratch.writeUInt32LE(end, ENDS_AT + i * END_BYTES)
  }
  return scratch.subarray(0, size)
}
