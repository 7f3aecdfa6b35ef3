/**
 * Appends made ready before any lock is taken: each event is checked and the bytes of its entry are written, but for the
 * place, which only the store knows. The bytes go into a few large buffers outside the heap: texts that lived from here
 * to the end of a large append would be copied by the garbage collector again and again, which cost more than all else.
 */
import { putCanonicalData } from '../domain/events/codec.js'
import { EVENT_TYPES } from '../domain/events/schema.js'
import { bytesOfText, putBytes, putInteger, putString, type Sink } from '../domain/events/sink.js'
import { newestVersion } from '../domain/events/upcast.js'
import type { NewEvent, StreamAppend } from './log.js'
import type { Place } from './record.js'

export type PreparedEvent = NewEvent & {
  /** Holds the entry from `start`; what stands before its position ends at `end`. After it there is room for the rest. */
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}
export type PreparedAppend = Omit<StreamAppend, 'events'> & { readonly events: readonly PreparedEvent[] }

const FIRST_BYTES = 8 * 1024
const MOST_BYTES = 1024 * 1024
/** The most that a UTF-16 unit takes in JSON. */
const UNIT_BYTES = 6
/** Names of fields, quotes, version, position and revision of 16 digits each. */
const REST_BYTES = 160

const roomAfter = (stream: string, type: string): number => REST_BYTES + (stream.length + type.length) * UNIT_BYTES

/** Buffers to be used again: memory that is new costs a page fault every 4 KiB, as much as writing the text into it. */
const MOST_KEPT = 32
const kept: Buffer[] = []

/** Gives the buffers of prepared events back. Their entries must not be read any more. */
export function releaseAppends(appends: readonly PreparedAppend[]): void {
  let last: Buffer | undefined
  for (const { events } of appends) {
    for (const { buffer } of events) {
      if (buffer === last) continue
      last = buffer
      if (buffer.length === MOST_BYTES && kept.length < MOST_KEPT) kept.push(buffer)
    }
  }
}

const DATA = bytesOfText('{"data":')
const ID = bytesOfText(',"id":')
const POSITION = bytesOfText(',"position":"')
const REVISION = bytesOfText('","revision":"')
const STREAM = bytesOfText('","stream":')
const ends: ReadonlyMap<string, Uint8Array> = new Map(EVENT_TYPES.map((type) => [type, bytesOfText(`,"type":"${type}","version":${newestVersion(type)}}`)]))

/** Throws where an event is not what its schema says. */
export function prepareAppends(appends: readonly StreamAppend[]): readonly PreparedAppend[] {
  let buffer: Buffer = Buffer.alloc(0)
  let next = 0

  const prepare = (id: string, event: NewEvent['event'], stream: string): PreparedEvent => {
    const room = roomAfter(stream, event.type)
    for (;;) {
      const start = next
      const sink: Sink = { bytes: buffer, at: start }
      putBytes(sink, DATA)
      putCanonicalData(sink, event)
      putBytes(sink, ID)
      putString(sink, id)
      putBytes(sink, POSITION)
      const end = sink.at
      next = end + room
      if (next <= buffer.length) return { id, event, buffer, start, end }
      buffer = newBuffer(Math.max(next - start, FIRST_BYTES, Math.min(buffer.length * 2, MOST_BYTES)))
      next = 0
    }
  }

  return appends.map(({ stream, expected, events }) => ({ stream, expected, events: events.map(({ id, event }) => prepare(id, event, stream)) }))
}

const newBuffer = (sizeBytes: number): Buffer => (sizeBytes === MOST_BYTES ? kept.pop() : undefined) ?? Buffer.allocUnsafeSlow(sizeBytes)

/** At least the size of the entry, whatever its place. */
export const mostBytesOf = ({ start, end, event }: PreparedEvent, stream: string): number => end - start + roomAfter(stream, event.type)

/** The bytes of the entry, the same as `encodeRecord` gives. They stay in the prepared event's buffer. */
export function entryAt({ buffer, start, end, event }: PreparedEvent, { stream, revision, position }: Place): Buffer {
  const sink: Sink = { bytes: buffer, at: end }
  putInteger(sink, position)
  putBytes(sink, REVISION)
  putInteger(sink, revision)
  putBytes(sink, STREAM)
  putString(sink, stream)
  putBytes(sink, ends.get(event.type) as Uint8Array)
  return buffer.subarray(start, sink.at)
}
