/**
 * Subscriptions over any log that gives pages of entries and tells when it grows. One page at a time is held, so a
 * slow consumer costs no memory; an event that a filter passes over is never decoded.
 */
import { asPosition, type Position } from '../domain/ids.js'
import type { EntryLog, LogEntry } from './entries.js'
import type { Delivery, EventFilter, RecordedEvent } from './log.js'
import { decodeRecord, peekRecord } from './record.js'

const PAGE = 256

export type Follow = { readonly log: EntryLog; readonly from: Position; readonly signal: AbortSignal; readonly isClosed: () => boolean }

export async function* follow(options: Follow): AsyncGenerator<RecordedEvent> {
  for await (const page of pages(options)) {
    for (const { bytes } of page) {
      if (isOver(options)) return
      yield decodeRecord(bytes)
    }
  }
}

/** A checkpoint follows each page whose last events were passed over, so at most one page is read again. */
export async function* followFiltered(options: Follow, filter: EventFilter): AsyncGenerator<Delivery> {
  for await (const page of pages(options)) {
    let passedOver: Position | undefined
    for (const { position, bytes } of page) {
      if (isOver(options)) return
      if (lets(filter, bytes)) {
        passedOver = undefined
        yield { kind: 'event', recorded: decodeRecord(bytes) }
      } else passedOver = position
    }
    if (passedOver !== undefined && !isOver(options)) yield { kind: 'checkpoint', position: asPosition(passedOver + 1) }
  }
}

const isOver = ({ signal, isClosed }: Follow): boolean => signal.aborted || isClosed()

async function* pages(options: Follow): AsyncGenerator<readonly LogEntry[]> {
  const { log, signal } = options
  let next = options.from
  while (!isOver(options)) {
    const page = await log.readEntries({ from: next, limit: PAGE })
    if (page.length > 0) {
      yield page
      next = asPosition((page.at(-1) as LogEntry).position + 1)
    } else await log.waitForGrowth(next, signal)
  }
}

/** True where the event in `bytes` is one that the filter asks for. */
function lets({ streamPrefixes, eventTypes }: EventFilter, bytes: Uint8Array): boolean {
  const { stream, type } = peekRecord(bytes)
  return (streamPrefixes === undefined || streamPrefixes.some((prefix) => stream.startsWith(prefix)))
    && (eventTypes === undefined || (eventTypes as readonly string[]).includes(type))
}
