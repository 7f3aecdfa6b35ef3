/** Where the event with an id is: among the recent ones, or in an index by 16 bytes of the id. */
import type { Database } from 'lmdb'
import { createIdKey, ID_BYTES, setKey } from './id-key.js'
import type { IdTable } from './id-table.js'
import type { LogTables } from './tables.js'

export const POSITION_BYTES = 6

/** LMDB copies what it is given before `putSync` returns, so one buffer serves all. */
const key = createIdKey()
const value = Buffer.alloc(POSITION_BYTES)

/**
 * Position of the event with this id, a lowercase UUID; an id that is new is put down for `position`, and is found there
 * if it is asked for again in the same append.
 * @param hasOld whether ids of format 1 are to be looked through
 */
export function findOrPutId({ ids, recent, old }: LogTables, id: string, position: number, hasOld: boolean): number | undefined {
  setKey(key, id)
  const waiting = recent.findOrPut(key, position)
  if (waiting !== undefined) return waiting
  if (recent.areAll()) return undefined
  // Of the store's ways to read the one that copies nothing: nearly every id that is asked for is new.
  const found = ids.getBinaryFast(key.bytes) as Buffer | undefined
  if (found !== undefined) return found.readUIntBE(0, POSITION_BYTES)
  return hasOld ? old.ids.get(id) : undefined
}

/** Number of keys in a table. */
export const countOf = (table: Pick<Database, 'getStats'>): number => (table.getStats() as { readonly entryCount: number }).entryCount

/** Keeps the ids that were put down, in log order. @param position of the first, the length of the log before them */
export function keepIds({ ids: index, recent, mostRecentIds }: LogTables, position: number): void {
  recent.keep(position)
  if (recent.count() < mostRecentIds) return
  recent.takeAll((all) => {
    const bytes = all.bytesOf(0, all.count())
    for (const i of inKeyOrder(all, bytes)) {
      bytes.copy(key.bytes, 0, i * ID_BYTES, (i + 1) * ID_BYTES)
      value.writeUIntBE(all.positionAt(i), 0, POSITION_BYTES)
      index.putSync(key.bytes, value)
    }
  })
}

/** A double holds 53 bits exactly: the first 32 of an id and 21 for its index. */
const INDEX_SPAN = 2 ** 21

/**
 * Indexes of the ids, nearly in the order of their keys: neighbours share a page, which is then found and copied once.
 * Numbers sort natively, ten times faster than texts do with a comparison in JavaScript.
 */
function inKeyOrder(ids: IdTable, bytes: Buffer): Iterable<number> {
  if (ids.count() > INDEX_SPAN) return Array.from({ length: ids.count() }, (_, i) => i)
  return Float64Array.from({ length: ids.count() }, (_, i) => bytes.readUInt32BE(i * ID_BYTES) * INDEX_SPAN + i).sort().map((ranked) => ranked % INDEX_SPAN)
}
