/** Where the event with an id is: among the recent ones, in the buckets of ids, or where an older format put it. */
import { ID_WORDS } from '../id-bytes.js'
import { idWordAt, nextEntry, type EntryChunk } from '../prepared-entries.js'
import { addIds, findInBuckets, POSITION_BYTES } from './buckets/id-buckets.js'
import { copyKey, createIdKey } from './id-key.js'
import type { LogTables } from './tables.js'

/** Hears of an id that is known: its index among those that were asked for, and its position. */
export type OnKnown = (index: number, position: number) => void

/** LMDB reads it before `getBinaryFast` returns, so one key serves all. */
const key = createIdKey()

/**
 * Puts the ids of these entries down for the positions from `position` on, and tells those that are among the recent ones
 * or come again. Whether the others are known tells `findNewIds`, once for all that were put.
 */
export function putIds({ recent }: LogTables, chunk: EntryChunk, position: number, onKnown: OnKnown): void {
  for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) {
    copyKey(key, chunk.words, idWordAt(at))
    const known = recent.findOrPut(key, position + i)
    if (known !== undefined) onKnown(i, known)
  }
}

/** Tells which of the ids that were put, and not kept yet, an event of the log has. @param position of the first that was put, new or not */
export function findNewIds({ ids, former, recent }: LogTables, position: number, onKnown: OnKnown): void {
  if (recent.areAll()) return
  const fresh = recent.newOnes()
  findInBuckets(ids, fresh, (index, known) => onKnown(recent.newPositionAt(index) - position, known))
  if (former === undefined) return
  for (let i = 0; i < fresh.length / ID_WORDS; i++) {
    copyKey(key, fresh, i * ID_WORDS)
    const known = former.ids.getBinaryFast(key.bytes) as Buffer | undefined
    if (known !== undefined) onKnown(recent.newPositionAt(i) - position, known.readUIntBE(0, POSITION_BYTES))
  }
}

/** Keeps the ids that were put, in log order. @param position of the first, the length of the log before them */
export const keepIds = ({ recent }: LogTables, position: number): void => recent.keep(position)

/** Takes the recent ids over to the buckets where there are many of them. None that was put may still be to be kept. */
export function sweepIds({ ids, recent, mostRecentIds }: LogTables): void {
  if (recent.count() < mostRecentIds) return
  recent.takeAll((all) => addIds(ids, all.wordsOf(0, all.count()), all.positionAt))
}
