/**
 * Entries of events that have no place yet, one after the other in memory that threads can share. Each stands at a
 * multiple of four bytes: the sizes of its two parts (u32 each), the 16 bytes of its id, then the bytes before its place
 * and those after it. Reading them changes nothing, so an append that failed can be decided again from the same memory.
 */
import { bytesOfText, digitsIn, putBytes, putInteger, type Sink } from '../domain/events/sink.js'

export type EntryChunk = {
  readonly bytes: Buffer
  /** The same memory. */
  readonly words: Int32Array
  readonly count: number
}

const WORD_BYTES = 4
const ID_WORD = 2
export const HEADER_BYTES = 24

/** Between the two parts stand the position, these bytes, and the revision. */
const REVISION = bytesOfText('","revision":"')
/** A safe integer has at most 16 digits. */
export const MOST_PLACE_BYTES = 16 + REVISION.length + 16

export const chunkOf = (memory: ArrayBufferLike, count: number): EntryChunk =>
  ({ bytes: Buffer.from(memory as ArrayBuffer), words: new Int32Array(memory, 0, Math.floor(memory.byteLength / WORD_BYTES)), count })

const headBytes = ({ words }: EntryChunk, at: number): number => words[at / WORD_BYTES] as number
const tailBytes = ({ words }: EntryChunk, at: number): number => words[at / WORD_BYTES + 1] as number

/** Index of the first of the four words of the id. */
export const idWordAt = (at: number): number => at / WORD_BYTES + ID_WORD

/** Where the entry after the one at `at` is. */
export const nextEntry = (chunk: EntryChunk, at: number): number => aligned(at + HEADER_BYTES + headBytes(chunk, at) + tailBytes(chunk, at))

export const aligned = (at: number): number => (at + WORD_BYTES - 1) & -WORD_BYTES

/** Size of the entry at `at`, wherever it gets its place. */
export const mostBytesOf = (chunk: EntryChunk, at: number): number => headBytes(chunk, at) + tailBytes(chunk, at) + MOST_PLACE_BYTES

/** Size of an entry at its place, by `mostBytesOf`. */
export const sizeAtPlace = (most: number, position: number, revision: number): number => most - (16 - digitsIn(position)) - (16 - digitsIn(revision))

/** Writes the entry at `at`, at its place, into `target` from `to` on: the bytes that `encodeRecord` gives. Returns their end. */
export function copyEntry(chunk: EntryChunk, at: number, position: number, revision: number, target: Buffer, to: number): number {
  const head = headBytes(chunk, at)
  const tail = tailBytes(chunk, at)
  const from = at + HEADER_BYTES
  const sink: Sink = { bytes: target, at: to + head }
  chunk.bytes.copy(target, to, from, from + head)
  putInteger(sink, position)
  putBytes(sink, REVISION)
  putInteger(sink, revision)
  const { bytes } = chunk
  // A hundred bytes or so: to call for a copy takes longer than the copy.
  for (let i = from + head, end = i + tail, to = sink.at; i < end; i++, to++) target[to] = bytes[i] as number
  return sink.at + tail
}
