/** Positions of ids in a hash table. A record is the hash, the 16 bytes of the id, and the position in six bytes. */
import { ID_BYTES, ID_WORDS } from '../../id-bytes.js'
import { addToTable, HASH_BYTES, hashOf, readBucket, readState, type BucketTable, type Layout, type TableState } from './bucket-table.js'
import { forEachBucket } from './linear-hashing.js'

export const POSITION_BYTES = 6
const POSITION_AT = HASH_BYTES + ID_BYTES
const RECORD_BYTES = POSITION_AT + POSITION_BYTES
const layout: Layout = { keyWords: ID_WORDS, sizeAt: () => RECORD_BYTES }

/** Calls `onKnown` with the index and the position of each of these ids that the table has. @param ids their words, one after the other */
export function findInBuckets(table: BucketTable, ids: Int32Array, onKnown: (index: number, position: number) => void): void {
  const state = readState(table)
  if (state === undefined) return
  const bytes = bytesOf(ids)
  const hashes = hashesOf(state, ids)
  forEachBucket(hashes, state.buckets, (bucket, indexes) => {
    const value = readBucket(table, bucket)
    if (value === undefined) return
    for (const index of indexes) {
      const at = findIn(value, hashes[index] as number, bytes, index * ID_BYTES)
      if (at !== undefined) onKnown(index, value.readUIntBE(at + POSITION_AT, POSITION_BYTES))
    }
  })
}

/** Adds ids that the table does not have. Must run inside a write transaction. */
export function addIds(table: BucketTable, ids: Int32Array, positionAt: (index: number) => number): void {
  const bytes = bytesOf(ids)
  addToTable(table, layout, {
    sizeOf: () => RECORD_BYTES,
    hashesIn: (state) => hashesOf(state, ids),
    merge(old, indexes, target, hashes) {
      let end = old?.copy(target) ?? 0
      for (const index of indexes) {
        end = target.writeInt32LE(hashes[index] as number, end)
        for (let at = index * ID_BYTES, stop = at + ID_BYTES; at < stop; at++) target[end++] = bytes[at] as number
        end = target.writeUIntBE(positionAt(index), end, POSITION_BYTES)
      }
      return end
    },
  })
}

function findIn(bucket: Buffer, hash: number, ids: Buffer, at: number): number | undefined {
  for (let from = 0; from < bucket.length; from += RECORD_BYTES) {
    if (bucket.readInt32LE(from) !== hash) continue
    if (bucket.compare(ids, at, at + ID_BYTES, from + HASH_BYTES, from + POSITION_AT) === 0) return from
  }
  return undefined
}

const bytesOf = (words: Int32Array): Buffer => Buffer.from(words.buffer as ArrayBuffer, words.byteOffset, words.byteLength)

function hashesOf(state: TableState, ids: Int32Array): Int32Array {
  const hashes = new Int32Array(ids.length / ID_WORDS)
  for (let i = 0; i < hashes.length; i++) hashes[i] = hashOf(state, ids, i * ID_WORDS, ID_WORDS)
  return hashes
}
