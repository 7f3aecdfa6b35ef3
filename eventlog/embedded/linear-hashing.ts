/**
 * Which bucket an id belongs to, in a table of any number of buckets (linear hashing: Litwin, VLDB 1980). With one
 * bucket more only the ids of one bucket, its parent, may belong elsewhere.
 */
import { randomFillSync } from 'node:crypto'
import { ID_WORDS } from '../id-bytes.js'

/** Known to one table alone: whoever chooses ids must not be able to choose ids that fall into one place. */
export const newMultipliers = (): Int32Array => randomFillSync(new Int32Array(ID_WORDS)).map((multiplier) => multiplier | 1)

/** Multilinear, whose upper bits are even for any ids; what follows spreads them over all bits (the finalizer of MurmurHash3). */
export function hashOf(multipliers: Int32Array, ids: Int32Array, at: number): number {
  let hash = 0
  for (let i = 0; i < ID_WORDS; i++) hash = (hash + Math.imul(ids[at + i] as number, multipliers[i] as number)) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** @param at index of the first word of the id; @param buckets how many there are, at most 2 ** 30 */
export function bucketOf(multipliers: Int32Array, ids: Int32Array, at: number, buckets: number): number {
  const level = levelOf(buckets)
  const hash = hashOf(multipliers, ids, at)
  const bucket = hash & (level * 2 - 1)
  return bucket < buckets ? bucket : hash & (level - 1)
}

/** The bucket in which the ids of this one were before there was this one. */
export const parentOf = (bucket: number): number => bucket - levelOf(bucket)

/** The largest power of two that is not above `count`, which is 1 or more. */
const levelOf = (count: number): number => 1 << (31 - Math.clz32(count))

/** A double holds 53 bits exactly: 31 for the bucket and 21 for the index of an id. */
const INDEX_SPAN = 2 ** 21

/** Calls `visit` with each bucket that some of these ids belong to, in order, and with the indexes of those ids; valid until it returns. */
export function forEachBucket({ multipliers, buckets }: { readonly multipliers: Int32Array; readonly buckets: number }, ids: Int32Array, visit: (bucket: number, indexes: readonly number[]) => void): void {
  const indexes: number[] = []
  // Numbers sort natively, ten times faster than objects do with a comparison in JavaScript. Of more ids than have an index a bucket is visited again.
  for (let first = 0, count = ids.length / ID_WORDS; first < count; first += INDEX_SPAN) {
    const order = new Float64Array(Math.min(INDEX_SPAN, count - first))
    for (let i = 0; i < order.length; i++) order[i] = bucketOf(multipliers, ids, (first + i) * ID_WORDS, buckets) * INDEX_SPAN + i
    order.sort()
    let bucket = -1
    for (const one of order) {
      const next = Math.floor(one / INDEX_SPAN)
      if (next !== bucket && indexes.length > 0) {
        visit(bucket, indexes)
        indexes.length = 0
      }
      bucket = next
      indexes.push(first + (one % INDEX_SPAN))
    }
    if (indexes.length > 0) visit(bucket, indexes)
    indexes.length = 0
  }
}
