/**
 * The tails of streams that changed lately. Names of streams are as good as random, and nearly all are of anomalies that
 * live for seconds: each that changes a tree of names alone has a page copied and written. So what an append changes is
 * written down as it came, one record after the other, and whoever appends or reads remembers where in those bytes the
 * last record of each stream is. All go over to the table of tails in one sweep, and the bytes begin anew.
 *
 * A record is the size of the name (u8) and of the tail (u16), the name and the tail.
 */
import type { Database } from 'lmdb'
import { firstKeyOf } from '../../platform/lmdb/inspect.js'
import { MAX_STREAM_NAME_BYTES } from '../check-append.js'
import { nameBytesAt, TAIL_HEADER_BYTES, tailBytesAt, tailSizeAt } from './buckets/tail-buckets.js'
import { VALUE_BYTES } from './entry-table.js'

/** position of the first event of an append, or of a later one where its records take several values -> records */
export type YoungTable = Database<Buffer, number>

/** What one handle of a log remembers of the table. */
export type YoungTails = {
  /** Reads what other handles wrote, and forgets what is gone. @param length of the log, in this transaction */
  readonly catchUp: (length: number) => void
  /** Call `catchUp` first. */
  readonly find: (stream: string) => Buffer | undefined
  /** LMDB write transactions only, as all that follow. */
  readonly put: (stream: string, tail: Buffer, size: number) => void
  /** Writes down what was put. @param position of the first of the events that it was put for; @param length of the log with them */
  readonly keep: (position: number, length: number) => void
  /** Takes all out, for the table of tails, which `take` writes: where each record begins. */
  readonly takeAll: (take: (bytes: Buffer, offsets: readonly number[]) => void) => void
  readonly count: () => number
  /** Of all records, those that were replaced too. */
  readonly bytes: () => number
  /** Forgets what it remembers: its transaction was not committed. */
  readonly forget: () => void
}

const FIRST_BYTES = 64 * 1024

export function createYoungTails(table: YoungTable): YoungTails {
  const offsets = new Map<string, number>()
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  let end = 0
  /** How many of the bytes are in the table. */
  let kept = 0
  /** Key of its first value and length of the log, as of what is kept. */
  let first: number | undefined
  let length = 0

  const empty = (): void => {
    offsets.clear()
    end = 0
    kept = 0
    first = undefined
  }
  const forget = (): void => {
    empty()
    length = 0
  }
  const reserve = (size: number): void => {
    if (end + size <= bytes.length) return
    const larger = Buffer.allocUnsafeSlow((end + size) * 2)
    bytes.copy(larger, 0, 0, end)
    bytes = larger
  }
  return {
    catchUp(now) {
      if (now === length) return
      const firstNow = firstKeyOf(table)
      // Somebody swept since: what was known is in the other table now.
      if (firstNow !== first || now < length) forget()
      for (const { value } of table.getRange({ start: length })) {
        reserve(value.length)
        const until = end + value.copy(bytes, end)
        for (; end < until; end += tailSizeAt(bytes, end)) {
          const from = end + TAIL_HEADER_BYTES
          offsets.set(bytes.toString('utf8', from, from + nameBytesAt(bytes, end)), end)
        }
      }
      kept = end
      first = firstNow
      length = now
    },
    find(stream) {
      const at = offsets.get(stream)
      if (at === undefined) return undefined
      const from = at + TAIL_HEADER_BYTES + nameBytesAt(bytes, at)
      return bytes.subarray(from, from + tailBytesAt(bytes, at))
    },
    put(stream, tail, size) {
      reserve(TAIL_HEADER_BYTES + MAX_STREAM_NAME_BYTES + size)
      const nameSize = bytes.write(stream, end + TAIL_HEADER_BYTES)
      bytes.writeUInt8(nameSize, end)
      bytes.writeUInt16LE(size, end + 1)
      offsets.set(stream, end)
      end += TAIL_HEADER_BYTES + nameSize
      end += tail.copy(bytes, end, 0, size)
    },
    keep(position, lengthNow) {
      let key = position
      for (let from = kept, at = kept; at < end;) {
        const next = at + tailSizeAt(bytes, at)
        // A record has an event at least, so there are as many keys as values.
        if (next === end || next + tailSizeAt(bytes, next) - from > VALUE_BYTES) {
          table.putSync(key++, bytes.subarray(from, next))
          from = next
        }
        at = next
      }
      first ??= position
      length = lengthNow
      kept = end
    },
    takeAll(take) {
      take(bytes, [...offsets.values()])
      table.clearSync()
      empty()
    },
    count: () => offsets.size,
    bytes: () => end,
    forget,
  }
}
