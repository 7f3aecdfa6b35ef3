/**
 * The ids of the last events, which are not in the table of ids yet. Ids are random: each one that goes there alone has a
 * bucket of its own copied and written. So they wait here, in log order, which costs their own bytes only, and go over in
 * one sweep, several to a bucket. Whoever appends holds them in memory as well, with those of the append that is being
 * decided.
 */
import type { Database } from 'lmdb'
import { firstKeyOf } from '../../platform/lmdb/inspect.js'
import { ID_BYTES } from '../id-bytes.js'
import { createIdKey, type IdKey } from './id-key.js'
import { createIdTable, type IdTable } from './id-table.js'

/** position of the first -> 16 bytes of its id and of each that follows without a gap */
export type RecentTable = Database<Buffer, number>

/** What one handle of a log remembers of the table. Only a transaction that holds the write lock may ask. */
export type RecentIds = {
  /** Reads what other handles wrote, and forgets ids that were not kept. @param length of the log, in this transaction */
  readonly catchUp: (length: number) => void
  /** Position of an event with this id, where it waits; else the id is put down for `position`. Call `catchUp` first. */
  readonly findOrPut: (key: IdKey, position: number) => number | undefined
  /** Words of those that were put since `catchUp`, one after the other, and the position of each; valid until the next is put. */
  readonly newOnes: () => Int32Array
  readonly newPositionAt: (index: number) => number
  /** Whether no event of the log has its id elsewhere. */
  readonly areAll: () => boolean
  /** Writes down what was put since `catchUp`, in log order from `position`, which was the length of the log. */
  readonly keep: (position: number) => void
  /** Takes all out, for the table of ids, which `take` writes. */
  readonly takeAll: (take: (ids: IdTable) => void) => void
  readonly count: () => number
  /** Forgets what it remembers: its transaction was not committed. */
  readonly forget: () => void
}

/** With its header an entry of this size fills one page of LMDB, which is found without looking for neighbours. */
const IDS_AN_ENTRY = 255

export function createRecentIds(table: RecentTable): RecentIds {
  const known = createIdTable()
  const key = createIdKey()
  /** How many of the known are in the store's table. */
  let kept = 0
  /** Key of the table's first entry and length of the log, as of what is kept. */
  let first: number | undefined
  let length = 0

  const forget = (): void => {
    known.truncate(0)
    kept = 0
    first = undefined
    length = 0
  }
  return {
    catchUp(now) {
      known.truncate(kept)
      if (now === length) return
      const firstNow = firstKeyOf(table)
      // Somebody swept since: what was known is in the table of ids now.
      if (firstNow !== first || now < length) forget()
      for (const { key: position, value } of table.getRange({ start: length })) {
        for (let at = 0; at < value.length; at += ID_BYTES) {
          key.bytes.set(value.subarray(at, at + ID_BYTES))
          known.findOrAdd(key, position + at / ID_BYTES)
        }
      }
      kept = known.count()
      first = firstNow
      length = now
    },
    findOrPut: known.findOrAdd,
    newOnes: () => known.wordsOf(kept, known.count()),
    newPositionAt: (index) => known.positionAt(kept + index),
    areAll: () => length === 0 || first === 0,
    keep(position) {
      for (let from = kept; from < known.count(); from += IDS_AN_ENTRY) {
        table.putSync(position + from - kept, known.bytesOf(from, Math.min(from + IDS_AN_ENTRY, known.count())))
      }
      first ??= position
      length = position + known.count() - kept
      kept = known.count()
    },
    takeAll(take) {
      take(known)
      table.clearSync()
      known.truncate(0)
      kept = 0
      first = undefined
    },
    count: known.count,
    forget,
  }
}
