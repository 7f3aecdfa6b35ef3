/**
 * Tails of streams in a hash table. A record is the hash of the name, then the same bytes that young tails have
 * (young-tails.ts): the size of the name (u8) and of the tail (u16), the name and the tail.
 */
import { MAX_STREAM_NAME_BYTES } from '../../check-append.js'
import { addToTable, HASH_BYTES, hashOf, readBucket, readState, type BucketTable, type Layout, type TableState } from './bucket-table.js'
import { bucketOf } from './linear-hashing.js'

/** What stands before the name. */
export const TAIL_HEADER_BYTES = 3
export const nameBytesAt = (bytes: Buffer, at: number): number => bytes[at] as number
export const tailBytesAt = (bytes: Buffer, at: number): number => bytes.readUInt16LE(at + 1)
/** Size of what begins at `at`, without a hash. */
export const tailSizeAt = (bytes: Buffer, at: number): number => TAIL_HEADER_BYTES + nameBytesAt(bytes, at) + tailBytesAt(bytes, at)

const WORD_BYTES = 4
const layout: Layout = { keyWords: Math.ceil(MAX_STREAM_NAME_BYTES / WORD_BYTES), sizeAt: (bucket, at) => HASH_BYTES + tailSizeAt(bucket, at + HASH_BYTES) }

/** The name that is hashed or looked for, with zeros up to the end of its last word. */
const nameWords = new Int32Array(layout.keyWords)
const name = Buffer.from(nameWords.buffer)

/** Looks for tails, in one transaction. */
export function tailFinder(table: BucketTable): (stream: string) => Buffer | undefined {
  // Read for the first stream that is looked for here: it may be that all are among the young.
  let state: TableState | undefined
  return (stream) => {
    state ??= readState(table)
    if (state === undefined) return undefined
    const size = name.write(stream)
    const hash = hashOfName(state, size)
    const bucket = readBucket(table, bucketOf(hash, state.buckets))
    if (bucket === undefined) return undefined
    for (let at = 0; at < bucket.length; at += layout.sizeAt(bucket, at)) {
      if (bucket.readInt32LE(at) !== hash || !isNamed(bucket, at + HASH_BYTES, name, 0, size)) continue
      const from = at + HASH_BYTES + TAIL_HEADER_BYTES + size
      return Buffer.from(bucket.subarray(from, from + tailBytesAt(bucket, at + HASH_BYTES)))
    }
    return undefined
  }
}

/** Puts tails in the place of those that the table has of the same streams. Must run inside a write transaction. @param offsets where in `bytes` each begins */
export function addTails(table: BucketTable, bytes: Buffer, offsets: readonly number[]): void {
  addToTable(table, layout, {
    sizeOf: (index) => HASH_BYTES + tailSizeAt(bytes, offsets[index] as number),
    hashesIn: (state) => Int32Array.from(offsets, (at) => {
      const size = bytes.copy(name, 0, at + TAIL_HEADER_BYTES, at + TAIL_HEADER_BYTES + nameBytesAt(bytes, at))
      return hashOfName(state, size)
    }),
    merge(old, indexes, target, hashes) {
      let end = 0
      for (let at = 0, size = 0; at < (old?.length ?? 0); at += size) {
        const bucket = old as Buffer
        size = layout.sizeAt(bucket, at)
        const hash = bucket.readInt32LE(at)
        const nameSize = nameBytesAt(bucket, at + HASH_BYTES)
        const isReplaced = indexes.some((index) => hashes[index] === hash && isNamed(bytes, offsets[index] as number, bucket, at + HASH_BYTES + TAIL_HEADER_BYTES, nameSize))
        if (!isReplaced) end += bucket.copy(target, end, at, at + size)
      }
      for (const index of indexes) {
        const at = offsets[index] as number
        end = target.writeInt32LE(hashes[index] as number, end)
        end += bytes.copy(target, end, at, at + tailSizeAt(bytes, at))
      }
      return end
    },
  })
}

/** Whether the record at `at` has the name that stands at `from` in `other`. */
const isNamed = (bytes: Buffer, at: number, other: Buffer, from: number, size: number): boolean =>
  nameBytesAt(bytes, at) === size && bytes.compare(other, from, from + size, at + TAIL_HEADER_BYTES, at + TAIL_HEADER_BYTES + size) === 0

function hashOfName(state: TableState, size: number): number {
  const words = Math.ceil(size / WORD_BYTES)
  name.fill(0, size, words * WORD_BYTES)
  return hashOf(state, nameWords, 0, words)
}
