/**
 * Appends made ready before any lock is taken: each event is checked and the bytes of its entry are written, but for the
 * place, which only the store knows. The bytes go into a few large pieces of memory outside the heap: texts that lived from
 * here to the end of a large append would be copied by the garbage collector again and again, which cost more than all else.
 */
import { putCanonicalData } from '../domain/events/codec.js'
import { EVENT_TYPES } from '../domain/events/schema.js'
import { bytesOfText, didFit, putBytes, putString, type Sink } from '../domain/events/sink.js'
import { newestVersion } from '../domain/events/upcast.js'
import { ID_BYTES, writeId } from './id-bytes.js'
import type { NewEvent, StreamAppend } from './log.js'
import { aligned, chunkOf, HEADER_BYTES, type EntryChunk } from './prepared-entries.js'

/** The entries of all events, in the order of the appends. */
export type PreparedAppends = { readonly appends: readonly StreamAppend[]; readonly chunks: readonly EntryChunk[] }

const FIRST_BYTES = 8 * 1024
const MOST_BYTES = 1024 * 1024

const DATA = bytesOfText('{"data":')
const ID = bytesOfText(',"id":')
const POSITION = bytesOfText(',"position":"')
const STREAM = bytesOfText('","stream":')
const lastBytes: ReadonlyMap<string, Uint8Array> = new Map(EVENT_TYPES.map((type) => [type, bytesOfText(`,"type":"${type}","version":${newestVersion(type)}}`)]))

/** Throws where an event is not what its schema says. */
export const prepareAppends = (appends: readonly StreamAppend[]): PreparedAppends => ({ appends, chunks: [...prepareChunks(appends, newMemory)] })

/** The same in memory that another thread can read, chunk by chunk. */
export const prepareShared = (appends: readonly StreamAppend[]): Generator<EntryChunk> => prepareChunks(appends, sharedMemory)

/** Pieces to be used again: memory that is new costs a page fault every 4 KiB, as much as writing the text into it. */
const MOST_KEPT = 32
const kept: SharedArrayBuffer[] = []

const newMemory = (sizeBytes: number, before: number): ArrayBuffer => new ArrayBuffer(Math.max(sizeBytes, FIRST_BYTES, Math.min(before * 2, MOST_BYTES)))
const sharedMemory = (sizeBytes: number): SharedArrayBuffer => (sizeBytes <= MOST_BYTES ? kept.pop() : undefined) ?? new SharedArrayBuffer(Math.max(sizeBytes, MOST_BYTES))

/** Gives shared memory back. Its entries must not be read any more. */
export function releaseChunks(chunks: readonly EntryChunk[]): void {
  for (const { words: { buffer } } of chunks) if (buffer instanceof SharedArrayBuffer && buffer.byteLength === MOST_BYTES && kept.length < MOST_KEPT) kept.push(buffer)
}

function* prepareChunks(appends: readonly StreamAppend[], memoryOf: (sizeBytes: number, before: number) => ArrayBufferLike): Generator<EntryChunk> {
  let memory: ArrayBufferLike = new ArrayBuffer(0)
  let chunk = chunkOf(memory, 0)
  const sink: Sink = { bytes: chunk.bytes, at: 0 }
  let count = 0
  for (const { stream, events } of appends) {
    for (const event of events) {
      for (;;) {
        const start = sink.at
        putEntry(sink, chunk.words, event, stream)
        if (didFit(sink)) break
        if (count > 0) yield { ...chunk, count }
        memory = memoryOf(sink.at - start, memory.byteLength)
        chunk = chunkOf(memory, 0)
        sink.bytes = chunk.bytes
        sink.at = 0
        count = 0
      }
      count += 1
    }
  }
  if (count > 0) yield { ...chunk, count }
}

function putEntry(sink: Sink, words: Int32Array, { id, event }: NewEvent, stream: string): void {
  const at = sink.at
  const head = at + HEADER_BYTES
  writeId(sink.bytes, head - ID_BYTES, id)
  sink.at = head
  putBytes(sink, DATA)
  putCanonicalData(sink, event)
  putBytes(sink, ID)
  putString(sink, id)
  putBytes(sink, POSITION)
  const tail = sink.at
  putBytes(sink, STREAM)
  putString(sink, stream)
  putBytes(sink, lastBytes.get(event.type) as Uint8Array)
  if (didFit(sink)) {
    words[at / 4] = tail - head
    words[at / 4 + 1] = sink.at - tail
  }
  sink.at = aligned(sink.at)
}
