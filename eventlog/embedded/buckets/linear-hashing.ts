/**
 * Which bucket a hash belongs to, in a table of any number of buckets (linear hashing: Litwin, VLDB 1980). With one bucket
 * more only what is in one other bucket, its parent, may belong elsewhere.
 */

/** @param buckets how many there are, at most 2 ** 30 */
export function bucketOf(hash: number, buckets: number): number {
  const level = levelOf(buckets)
  const bucket = hash & (level * 2 - 1)
  return bucket < buckets ? bucket : hash & (level - 1)
}

/** The bucket that held what belongs to this one before there was this one. */
export const parentOf = (bucket: number): number => bucket - levelOf(bucket)

/** The largest power of two that is not above `count`, which is 1 or more. */
const levelOf = (count: number): number => 1 << (31 - Math.clz32(count))

/** A double holds 53 bits exactly: 31 for the bucket and 21 for the index. */
const INDEX_SPAN = 2 ** 21

/** Calls `visit` with each bucket that some of these hashes belong to, and with their indexes; valid until it returns. */
export function forEachBucket(hashes: Int32Array, buckets: number, visit: (bucket: number, indexes: readonly number[]) => void): void {
  const indexes: number[] = []
  // Numbers sort natively, ten times faster than by a comparison in JavaScript. A bucket comes again where there are more than have an index.
  for (let first = 0; first < hashes.length; first += INDEX_SPAN) {
    const order = new Float64Array(Math.min(INDEX_SPAN, hashes.length - first))
    for (let i = 0; i < order.length; i++) order[i] = bucketOf(hashes[first + i] as number, buckets) * INDEX_SPAN + i
    let bucket = -1
    for (const one of order.sort()) {
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
