/** Where the event with an id is: among the recent ones, or in an index by 16 bytes of the id. */
import type { Database } from 'lmdb'
import { createIdKey, ID_BYTES, inKeyOrder, setKey } from './id-key.js'
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
 * @param ids lowercase UUIDs; @param length of the log
 */
export function findOrPutIds({ ids: index, recent, old }: LogTables, ids: readonly string[], length: number): Float64Array {
  const found = new Float64Array(ids.length).fill(UNKNOWN)
  for (const [i, id] of ids.entries()) {
    setKey(key, id)
    found[i] = recent.findOrPut(key, length + i) ?? UNKNOWN
  }
  if (recent.areAll()) return found
  const bytes = recent.newOnes()
  for (const i of inKeyOrder(bytes)) {
    bytes.copy(key.bytes, 0, i * ID_BYTES, (i + 1) * ID_BYTES)
    // Of the store's ways to read the one that copies nothing: nearly every id that is asked for is new.
    const known = index.getBinaryFast(key.bytes) as Buffer | undefined
    if (known !== undefined) found[recent.newPositionAt(i) - length] = known.readUIntBE(0, POSITION_BYTES)
  }
  if (countOf(old.ids) === 0) return found
  for (const [i, id] of ids.entries()) if (found[i] === UNKNOWN) found[i] = old.ids.get(id) ?? UNKNOWN
  return found
}

/** Number of keys in a table. */
export const countOf = (table: Pick<Database, 'getStats'>): number => (table.getStats() as { readonly entryCount: number }).entryCount

/** Keeps the ids that were put down, in log order. @param position of the first, the length of the log before them */
export function keepIds({ ids: index, recent, mostRecentIds }: LogTables, position: number): void {
  recent.keep(position)
  if (recent.count() < mostRecentIds) return
  recent.takeAll((all) => {
    const bytes = all.bytesOf(0, all.count())
    for (const i of inKeyOrder(bytes)) {
      bytes.copy(key.bytes, 0, i * ID_BYTES, (i + 1) * ID_BYTES)
      value.writeUIntBE(all.positionAt(i), 0, POSITION_BYTES)
      index.putSync(key.bytes, value)
    }
  })
}
