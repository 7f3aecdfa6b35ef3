/**
 * Where the event with an id is, as a hash table on disk. A value is a bucket: the ids in it with the position of each,
 * 22 bytes an id, in no order. Ids are random: in a tree of ids each new one has a page and a search of its own, while
 * one search finds, or adds, all that belong to a bucket. The table grows by linear hashing (Litwin, VLDB 1980): it is
 * split bucket by bucket, so that no append pays for all of it.
 */
import type { Database } from 'lmdb'
import { ID_BYTES, ID_WORDS } from '../id-bytes.js'
import { bucketOf, forEachBucket, newMultipliers, parentOf } from './linear-hashing.js'

/** number of a bucket -> its ids; the state of the table stands under a number that no bucket has */
export type IdBuckets = Database<Buffer, number>

export const POSITION_BYTES = 6
const ENTRY_BYTES = ID_BYTES + POSITION_BYTES
/** On average. A bucket that is to be split soon holds half as many again, which just fills a page of LMDB. */
const IDS_A_BUCKET = 96

type State = { readonly multipliers: Int32Array; readonly buckets: number; readonly ids: number }

const STATE_KEY = -1

/** Calls `onKnown` with the index and the position of each of these ids that the table has. @param ids their words, one after the other */
export function findInBuckets(table: IdBuckets, ids: Int32Array, onKnown: (index: number, position: number) => void): void {
  const state = readState(table)
  if (state === undefined) return
  const bytes = bytesOf(ids)
  forEachBucket(state, ids, (bucket, indexes) => {
    const value = readBucket(table, bucket)
    if (value === undefined) return
    for (const index of indexes) {
      const at = findIn(value, bytes, index * ID_BYTES)
      if (at !== undefined) onKnown(index, value.readUIntBE(at + ID_BYTES, POSITION_BYTES))
    }
  })
}

/** Adds ids that the table does not have. Must run inside a write transaction. */
export function addToBuckets(table: IdBuckets, ids: Int32Array, positionAt: (index: number) => number): void {
  const before = readState(table) ?? { multipliers: newMultipliers(), buckets: 1, ids: 0 }
  const count = before.ids + ids.length / ID_WORDS
  const state: State = { ...before, ids: count, buckets: Math.max(before.buckets, Math.ceil(count / IDS_A_BUCKET)) }
  for (let bucket = before.buckets; bucket < state.buckets; bucket++) split(table, state.multipliers, bucket)
  const bytes = bytesOf(ids)
  forEachBucket(state, ids, (bucket, indexes) => {
    const old = readBucket(table, bucket)
    const size = old?.length ?? 0
    reserve(size + indexes.length * ENTRY_BYTES)
    let end = old?.copy(scratch) ?? 0
    for (const index of indexes) {
      for (let at = index * ID_BYTES, stop = at + ID_BYTES; at < stop; at++) scratch[end++] = bytes[at] as number
      end = scratch.writeUIntBE(positionAt(index), end, POSITION_BYTES)
    }
    table.putSync(bucket, scratch.subarray(0, end))
  })
  writeState(table, state)
}

/** Moves what belongs into the new bucket out of the one in which it was until now. */
function split(table: IdBuckets, multipliers: Int32Array, bucket: number): void {
  const parent = parentOf(bucket)
  const value = readBucket(table, parent)
  if (value === undefined) return
  const size = value.length
  reserve(size * 2)
  // What stays is put together from the beginning of the scratch buffer, what moves behind room for all of it.
  let [stays, moves] = [0, size]
  for (let at = 0; at < size; at += ENTRY_BYTES) {
    value.copy(moved.bytes, 0, at, at + ID_BYTES)
    if (bucketOf(multipliers, moved.words, 0, bucket + 1) === bucket) moves += value.copy(scratch, moves, at, at + ENTRY_BYTES)
    else stays += value.copy(scratch, stays, at, at + ENTRY_BYTES)
  }
  if (moves === size) return
  table.putSync(bucket, scratch.subarray(size, moves))
  table.putSync(parent, scratch.subarray(0, stays))
}

/** Where the entry of the id at `at` begins. */
function findIn(value: Buffer, bytes: Buffer, at: number): number | undefined {
  const first = bytes[at]
  for (let from = 0, size = value.length; from < size; from += ENTRY_BYTES) {
    if (value[from] !== first) continue
    let same = 1
    while (same < ID_BYTES && value[from + same] === bytes[at + same]) same += 1
    if (same === ID_BYTES) return from
  }
  return undefined
}

/** Valid until the next value of the store is read: nearly every bucket is only looked into. */
function readBucket(table: IdBuckets, bucket: number): Buffer | undefined {
  const value = table.getBinaryFast(bucket) as Buffer | undefined
  // The store uses one buffer again and again, which only says that it is as long as the value.
  return value?.subarray(0, value.length)
}

const bytesOf = (words: Int32Array): Buffer => Buffer.from(words.buffer as ArrayBuffer, words.byteOffset, words.byteLength)

/** One id that is looked at, where its words can be read. */
const moved = ((memory: ArrayBuffer) => ({ bytes: Buffer.from(memory), words: new Int32Array(memory) }))(new ArrayBuffer(ID_BYTES))

/** A bucket as it is put together. LMDB copies it before `putSync` returns. */
let scratch = Buffer.allocUnsafeSlow(16_384)

function reserve(size: number): void {
  if (size > scratch.length) scratch = Buffer.allocUnsafeSlow(size * 2)
}

const BUCKETS_AT = ID_BYTES
const IDS_AT = BUCKETS_AT + POSITION_BYTES

function readState(table: IdBuckets): State | undefined {
  const value = table.get(STATE_KEY)
  if (value === undefined) return undefined
  const multipliers = Int32Array.from({ length: ID_WORDS }, (_, i) => value.readInt32LE(i * 4))
  return { multipliers, buckets: value.readUIntBE(BUCKETS_AT, POSITION_BYTES), ids: value.readUIntBE(IDS_AT, POSITION_BYTES) }
}

function writeState(table: IdBuckets, { multipliers, buckets, ids }: State): void {
  const value = Buffer.alloc(IDS_AT + POSITION_BYTES)
  multipliers.forEach((multiplier, i) => { value.writeInt32LE(multiplier, i * 4) })
  value.writeUIntBE(buckets, BUCKETS_AT, POSITION_BYTES)
  value.writeUIntBE(ids, IDS_AT, POSITION_BYTES)
  table.putSync(STATE_KEY, value)
}
