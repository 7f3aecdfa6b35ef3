/** Where the event with an id is: among the recent ones, or in an index by 16 bytes of the id. */
import { ID_WORDS } from '../id-bytes.js'
import { idWordAt, nextEntry, type EntryChunk } from '../prepared-entries.js'
import { copyKey, createIdKey, inKeyOrder } from './id-key.js'
import type { LogTables } from './tables.js'

export const POSITION_BYTES = 6

/** LMDB copies what it is given before `putSync` returns, so one buffer serves all. */
const key = createIdKey()
const value = Buffer.alloc(POSITION_BYTES)

/** Says that nobody knows an id. */
export const UNKNOWN = -1

/**
 * Position of the event with each of these ids, or UNKNOWN. One that is new is put down for the position it will have,
 * and is found there if it comes again. Ids that are not among the recent are looked for in the order of their keys, so
 * that neighbours are found on the page that was just read.
 * @param count of the entries; @param length of the log
 */
export function findOrPutIds({ ids: index, recent }: LogTables, chunks: readonly EntryChunk[], count: number, length: number): Float64Array {
  const found = new Float64Array(count).fill(UNKNOWN)
  let next = 0
  for (const chunk of chunks) {
    for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) {
      copyKey(key, chunk.words, idWordAt(at))
      found[next] = recent.findOrPut(key, length + next) ?? UNKNOWN
      next += 1
    }
  }
  if (recent.areAll()) return found
  const fresh = recent.newOnes()
  for (const i of inKeyOrder(fresh)) {
    copyKey(key, fresh, i * ID_WORDS)
    const known = readIndex(index)
    if (known !== undefined) found[recent.newPositionAt(i) - length] = known
  }
  return found
}

/**
 * Puts the ids of these entries down for the positions from `position` on. False where one of them is known, or comes
 * again; which one it is `findOrPutIds` tells. Those put before must be kept by now. Not for a log that has indexes of format 1.
 */
export function putNewIds({ ids: index, recent }: LogTables, chunk: EntryChunk, position: number): boolean {
  for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) {
    copyKey(key, chunk.words, idWordAt(at))
    if (recent.findOrPut(key, position + i) !== undefined) return false
  }
  if (recent.areAll()) return true
  const fresh = recent.newOnes()
  for (const i of inKeyOrder(fresh)) {
    copyKey(key, fresh, i * ID_WORDS)
    if (readIndex(index) !== undefined) return false
  }
  return true
}

/** Position of the event with the id in `key`, of the store's ways to read by the one that copies nothing: nearly every id that is asked for is new. */
function readIndex(index: LogTables['ids']): number | undefined {
  return (index.getBinaryFast(key.bytes) as Buffer | undefined)?.readUIntBE(0, POSITION_BYTES)
}

/** Keeps the ids that were put down, in log order. @param position of the first, the length of the log before them */
export const keepIds = ({ recent }: LogTables, position: number): void => recent.keep(position)

/** Takes the recent ids over to the index where there are many of them. None that was put down may still be to be kept. */
export function sweepIds({ ids: index, recent, mostRecentIds }: LogTables): void {
  if (recent.count() < mostRecentIds) return
  recent.takeAll((all) => {
    const waiting = all.wordsOf(0, all.count())
    for (const i of inKeyOrder(waiting)) {
      copyKey(key, waiting, i * ID_WORDS)
      value.writeUIntBE(all.positionAt(i), 0, POSITION_BYTES)
      index.putSync(key.bytes, value)
    }
  })
}
