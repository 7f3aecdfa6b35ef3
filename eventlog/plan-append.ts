/**
 * Decides one append: the rules of the port, which are the same on every store. Everything is checked before anything
 * is written. An append whose events are all recorded already is a retry; one whose events are there in part only is
 * not the append that succeeded before, and is refused as `wrong-revision`.
 */
import { encodeEvent, type EncodedEvent } from '../domain/events/codec.js'
import { asPosition } from '../domain/ids.js'
import { isExpected, MAX_EVENT_BYTES } from './check-append.js'
import { EventLogError } from './errors.js'
import type { AppendResult, RecordedEvent, StreamAppend } from './log.js'
import type { PreparedAppends } from './prepare.js'
import { mostBytesOf, nextEntry, sizeAtPlace } from './prepared-entries.js'
import { isSameEvent } from './same-event.js'

/** What a store tells of the log it holds. */
export type LogView = {
  /** Position of the next event. */
  readonly length: number
  /** Revision of the last event of a stream. */
  readonly headOf: (stream: string) => number | undefined
  /** The event that has this id; `repeated` for one that is new and was asked for before. @param index how many were asked for before */
  readonly find: (id: string, index: number) => KnownEvent | 'repeated' | undefined
}

export type KnownEvent = { readonly stream: string; readonly encoded: EncodedEvent; readonly recorded: () => RecordedEvent }

/** What a stream gets: the revision of its last event afterwards, and the positions of its new ones. */
export type PlannedStream = { last: number; readonly positions: number[] }

export type AppendPlan =
  | { readonly kind: 'append'; /** In the order of the appends. */ readonly events: readonly RecordedEvent[]; readonly streams: ReadonlyMap<string, PlannedStream>; /** At least what the entries take. */ readonly bytes: number }
  | Exclude<AppendResult, { readonly kind: 'appended' }>

/** Throws EventLogError where an event is too large. */
export function planAppend({ length, headOf, find }: LogView, prepared: PreparedAppends): AppendPlan {
  const { appends } = prepared
  const known = findKnown(find, appends)
  if (known.kind === 'id-conflict') return known
  if (known.kind === 'all') return { kind: 'already-there', events: known.events }
  if (known.kind === 'some') {
    const { stream, expected } = known.append
    return { kind: 'wrong-revision', stream, expected, actual: headOf(stream) }
  }
  const streams = new Map<string, PlannedStream>()
  const planned: RecordedEvent[] = []
  const sizes = mostBytesOfAll(prepared)
  let bytes = 0
  for (const { stream, expected, events } of appends) {
    let of = streams.get(stream)
    const actual = of?.last ?? headOf(stream)
    if (!isExpected(expected, actual)) return { kind: 'wrong-revision', stream, expected, actual }
    if (events.length === 0) continue
    if (of === undefined) {
      of = { last: actual ?? -1, positions: [] }
      streams.set(stream, of)
    }
    for (const { id, event } of events) {
      of.last += 1
      const recorded: RecordedEvent = { id, stream, revision: of.last, position: asPosition(length + planned.length), event }
      bytes += checkSize(sizes[planned.length] as number, recorded)
      planned.push(recorded)
      of.positions.push(recorded.position)
    }
  }
  return { kind: 'append', events: planned, streams, bytes }
}

/** At least the size of each event's entry. */
function mostBytesOfAll({ chunks }: PreparedAppends): readonly number[] {
  const sizes: number[] = []
  for (const chunk of chunks) for (let i = 0, at = 0; i < chunk.count; i++, at = nextEntry(chunk, at)) sizes.push(mostBytesOf(chunk, at))
  return sizes
}

/** Throws EventLogError for an event that is too large. @param most at least the size of its entry, which is returned more exactly where that matters */
function checkSize(most: number, { position, revision }: RecordedEvent): number {
  if (most <= MAX_EVENT_BYTES) return most
  const sizeBytes = sizeAtPlace(most, position, revision)
  if (sizeBytes > MAX_EVENT_BYTES) throw new EventLogError('TOO_LARGE', 'event', `an event of ${sizeBytes} bytes exceeds the limit of ${MAX_EVENT_BYTES}`)
  return sizeBytes
}

type Known =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'some'; readonly append: StreamAppend }
  | { readonly kind: 'all'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'id-conflict'; readonly id: string }

/** Looks for events recorded before, and compares what they say: the same id must mean the same happening. */
function findKnown(find: LogView['find'], appends: readonly StreamAppend[]): Known {
  const known = new Map<string, RecordedEvent>()
  let partOf: StreamAppend | undefined
  let count = 0
  for (const append of appends) {
    for (const { id, event } of append.events) {
      const before = find(id, count)
      count += 1
      if (before === undefined) continue
      if (before === 'repeated' || known.has(id)) return { kind: 'id-conflict', id }
      if (before.stream !== append.stream || !isSameEvent(before.encoded, encodeEvent(event))) return { kind: 'id-conflict', id }
      partOf ??= append
      known.set(id, before.recorded())
    }
  }
  if (partOf === undefined) return { kind: 'nothing' }
  return known.size === count ? { kind: 'all', events: [...known.values()] } : { kind: 'some', append: partOf }
}

/** For stores that find an id in one way only: says of an id that it is `repeated` where it stands twice in an append. */
export function findOnce(find: (id: string) => KnownEvent | undefined): LogView['find'] {
  const asked = new Set<string>()
  return (id) => {
    if (asked.has(id)) return 'repeated'
    asked.add(id)
    return find(id)
  }
}
