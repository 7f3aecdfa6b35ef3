/** Refuses appends that no adapter could store: the same limits everywhere, checked before anything is written. */
import { isUuid } from '../domain/ids.js'
import { EventLogError } from './errors.js'
import type { ExpectedRevision, StreamAppend } from './log.js'

export const MAX_STREAM_NAME_BYTES = 255
/** A block of 500 transactions with its certificates stays far below; KurrentDB's own limit is 16 MB a batch. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024

/** Where EventStoreDB and KurrentDB keep the whole log in order, and what it is about; `$` is theirs. */
export const ORDER_STREAM = 'cybermesh'
export const ABOUT_STREAM = 'cybermesh-log'

/** Throws EventLogError naming the field. */
export function checkAppends(appends: readonly StreamAppend[]): void {
  for (const { stream, events } of appends) {
    // A UTF-16 unit takes at most three bytes, so most names need not be measured.
    const size = stream.length * 3 <= MAX_STREAM_NAME_BYTES ? stream.length : Buffer.byteLength(stream)
    if (size === 0 || size > MAX_STREAM_NAME_BYTES) {
      throw new EventLogError('BAD_STREAM', 'stream', `a stream name has 1 to ${MAX_STREAM_NAME_BYTES} bytes, this one has ${size}`)
    }
    if (stream.startsWith('$') || stream === ORDER_STREAM || stream === ABOUT_STREAM) {
      throw new EventLogError('BAD_STREAM', 'stream', `the stream name ${stream} is reserved; choose one that does not begin with $ and is not ${ORDER_STREAM}`)
    }
    for (const { id } of events) {
      if (!isUuid(id)) throw new EventLogError('BAD_EVENT_ID', 'id', `an event id is a lowercase UUID, not ${id.length} characters of something else`)
    }
  }
}

/** True where a stream whose last event has revision `actual` fits what the writer expects. */
export function isExpected(expected: ExpectedRevision, actual: number | undefined): boolean {
  switch (expected) {
    case 'any': return true
    case 'none': return actual === undefined
    case 'exists': return actual !== undefined
    default: return expected === actual
  }
}

/** The stream that an append meant an event for. */
export const streamOf = (appends: readonly StreamAppend[], id: string): string =>
  appends.find(({ events }) => events.some((event) => event.id === id))?.stream ?? ''
