/**
 * A hash table on disk. A value is a bucket, records one after the other in no order; a record begins with its hash (four
 * bytes, little-endian). Keys are random: in a tree of keys each new one has a page and a search of its own, while one
 * search finds, or adds, all that belong to a bucket. The table grows bucket by bucket, so that no append pays for all of it.
 */
import { randomFillSync } from 'node:crypto'
import type { Database } from 'lmdb'
import { bucketOf, forEachBucket, parentOf } from './linear-hashing.js'

/** number of a bucket -> its records; the state of the table stands under a number that no bucket has */
export type BucketTable = Database<Buffer, number>

/** What differs from table to table. */
export type Layout = {
  /** Words of the longest key. */
  readonly keyWords: number
  /** Size of the record that begins at `at`. */
  readonly sizeAt: (bucket: Buffer, at: number) => number
}

export type TableState = {
  /** Known to one table alone: whoever chooses keys must not be able to choose keys that fall into one bucket. */
  readonly multipliers: Int32Array
  readonly buckets: number
  /** Of all records. */
  readonly bytes: number
}

export const HASH_BYTES = 4
/** On average. A bucket that is to be split soon has half as much again, and they vary: so they fill a page of LMDB, seldom two. */
const BUCKET_BYTES = 2200

/** Multilinear, whose upper bits are even for any keys of one length; what follows spreads them over all bits (finalizer of MurmurHash3). */
export function hashOf({ multipliers }: TableState, words: Int32Array, at: number, count: number): number {
  let hash = count
  for (let i = 0; i < count; i++) hash = (hash + Math.imul(words[at + i] as number, multipliers[i] as number)) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Valid until the next value of the store is read: nearly every bucket is only looked into. */
export function readBucket(table: BucketTable, bucket: number): Buffer | undefined {
  const value = table.getBinaryFast(bucket) as Buffer | undefined
  // The store uses one buffer again and again, which only says that it is as long as the value.
  return value?.subarray(0, value.length)
}

/** The records of these hashes, as they are put into their bucket. */
export type Addition = {
  readonly hashesIn: (state: TableState) => Int32Array
  /**
   * Puts into `target`, which has room for it, what the bucket is from now on: what it was and those with these indexes.
   * Gives its size.
   */
  readonly merge: (old: Buffer | undefined, indexes: readonly number[], target: Buffer, hashes: Int32Array) => number
  readonly sizeOf: (index: number) => number
}

/** Must run inside a write transaction. */
export function addToTable(table: BucketTable, layout: Layout, addition: Addition): void {
  const before = readState(table) ?? newState(layout)
  const hashes = addition.hashesIn(before)
  // At most: a record may take the place of another.
  const bytesThen = hashes.reduce((sum, _, index) => sum + addition.sizeOf(index), before.bytes)
  const buckets = Math.max(before.buckets, Math.ceil(bytesThen / BUCKET_BYTES))
  for (let bucket = before.buckets; bucket < buckets; bucket++) split(table, layout, bucket)
  let { bytes } = before
  forEachBucket(hashes, buckets, (bucket, indexes) => {
    const old = readBucket(table, bucket)
    const size = old?.length ?? 0
    reserve(indexes.reduce((sum, index) => sum + addition.sizeOf(index), size))
    const end = addition.merge(old, indexes, scratch, hashes)
    table.putSync(bucket, scratch.subarray(0, end))
    bytes += end - size
  })
  writeState(table, { ...before, buckets, bytes })
}

/** Moves what belongs into the new bucket out of its parent. */
function split(table: BucketTable, { sizeAt }: Layout, bucket: number): void {
  const parent = parentOf(bucket)
  const value = readBucket(table, parent)
  if (value === undefined) return
  const size = value.length
  reserve(size * 2)
  // What stays is put together from the beginning of the scratch buffer, what moves behind room for all of it.
  let [stays, moves] = [0, size]
  for (let at = 0; at < size;) {
    const end = at + sizeAt(value, at)
    if (bucketOf(value.readInt32LE(at), bucket + 1) === bucket) moves += value.copy(scratch, moves, at, end)
    else stays += value.copy(scratch, stays, at, end)
    at = end
  }
  if (moves === size) return
  table.putSync(bucket, scratch.subarray(size, moves))
  table.putSync(parent, scratch.subarray(0, stays))
}

/** A bucket as it is put together. LMDB copies it before `putSync` returns. */
let scratch = Buffer.allocUnsafeSlow(16_384)

function reserve(size: number): void {
  if (size > scratch.length) scratch = Buffer.allocUnsafeSlow(size * 2)
}

const newState = ({ keyWords }: Layout): TableState => ({ multipliers: randomFillSync(new Int32Array(keyWords)).map((multiplier) => multiplier | 1), buckets: 1, bytes: 0 })

const STATE_KEY = -1
const NUMBER_BYTES = 6
const MULTIPLIERS_AT = 2 * NUMBER_BYTES

/** Undefined where nothing was ever put into the table. */
export function readState(table: BucketTable): TableState | undefined {
  const value = table.get(STATE_KEY)
  if (value === undefined) return undefined
  const multipliers = Int32Array.from({ length: (value.length - MULTIPLIERS_AT) / 4 }, (_, i) => value.readInt32LE(MULTIPLIERS_AT + i * 4))
  return { multipliers, buckets: value.readUIntBE(0, NUMBER_BYTES), bytes: value.readUIntBE(NUMBER_BYTES, NUMBER_BYTES) }
}

function writeState(table: BucketTable, { multipliers, buckets, bytes }: TableState): void {
  const value = Buffer.alloc(MULTIPLIERS_AT + multipliers.length * 4)
  value.writeUIntBE(buckets, 0, NUMBER_BYTES)
  value.writeUIntBE(bytes, NUMBER_BYTES, NUMBER_BYTES)
  multipliers.forEach((multiplier, i) => { value.writeInt32LE(multiplier, MULTIPLIERS_AT + i * 4) })
  table.putSync(STATE_KEY, value)
}
