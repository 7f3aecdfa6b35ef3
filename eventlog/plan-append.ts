/**
 * Decides one append: the rules of the port, which are the same on every store. Everything is checked before anything
 * is written. An append whose events are all recorded already is a retry; one whose events are there in part only is
 * not the append that succeeded before, and is refused as `wrong-revision`.
 */
import { encodeEvent, type EncodedEvent } from '../domain/events/codec.js'
import { asPosition } from '../domain/ids.js'
import { isExpected, MAX_EVENT_BYTES } from './check-append.js'
import { EventLogError } from './errors.js'
import type { AppendResult, RecordedEvent } from './log.js'
import { entryAt, mostBytesOf, type PreparedAppend, type PreparedEvent } from './prepare.js'
import { isSameEvent } from './same-event.js'

/** What a store tells of the log it holds. */
export type LogView = {
  /** Position of the next event. */
  readonly length: number
  /** Revision of the last event of a stream. */
  readonly headOf: (stream: string) => number | undefined
  /** The event that has this id. */
  readonly find: (id: string) => KnownEvent | undefined
}

export type KnownEvent = { readonly stream: string; readonly encoded: EncodedEvent; readonly recorded: () => RecordedEvent }

export type PlannedEvent = { readonly prepared: PreparedEvent; readonly recorded: RecordedEvent }

export type AppendPlan =
  | { readonly kind: 'append'; readonly events: readonly PlannedEvent[]; readonly heads: ReadonlyMap<string, number>; /** At least what the entries take. */ readonly bytes: number }
  | Exclude<AppendResult, { readonly kind: 'appended' }>

/** Throws EventLogError where an event is too large. */
export function planAppend({ length, headOf, find }: LogView, appends: readonly PreparedAppend[]): AppendPlan {
  const known = findKnown(find, appends)
  if (known.kind === 'id-conflict') return known
  if (known.kind === 'all') return { kind: 'already-there', events: known.events }
  if (known.kind === 'some') {
    const { stream, expected } = known.append
    return { kind: 'wrong-revision', stream, expected, actual: headOf(stream) }
  }
  const heads = new Map<string, number>()
  const planned: PlannedEvent[] = []
  let bytes = 0
  for (const { stream, expected, events } of appends) {
    const actual = heads.get(stream) ?? headOf(stream)
    if (!isExpected(expected, actual)) return { kind: 'wrong-revision', stream, expected, actual }
    let revision = actual ?? -1
    for (const prepared of events) {
      revision += 1
      const recorded: RecordedEvent = { id: prepared.id, stream, revision, position: asPosition(length + planned.length), event: prepared.event }
      bytes += checkSize(prepared, recorded)
      planned.push({ prepared, recorded })
    }
    if (events.length > 0) heads.set(stream, revision)
  }
  return { kind: 'append', events: planned, heads, bytes }
}

/** Throws EventLogError for an event that is too large. At least its size in bytes. */
function checkSize(prepared: PreparedEvent, recorded: RecordedEvent): number {
  const most = mostBytesOf(prepared, recorded.stream)
  if (most <= MAX_EVENT_BYTES) return most
  const sizeBytes = entryAt(prepared, recorded).length
  if (sizeBytes > MAX_EVENT_BYTES) throw new EventLogError('TOO_LARGE', 'event', `an event of ${sizeBytes} bytes exceeds the limit of ${MAX_EVENT_BYTES}`)
  return sizeBytes
}

type Known =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'some'; readonly append: PreparedAppend }
  | { readonly kind: 'all'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'id-conflict'; readonly id: string }

/** Looks for events recorded before, and compares what they say: the same id must mean the same happening. */
function findKnown(find: LogView['find'], appends: readonly PreparedAppend[]): Known {
  const inBatch = new Set<string>()
  const events: RecordedEvent[] = []
  let partOf: PreparedAppend | undefined
  for (const append of appends) {
    for (const { id, event } of append.events) {
      if (inBatch.has(id)) return { kind: 'id-conflict', id }
      inBatch.add(id)
      const before = find(id)
      if (before === undefined) continue
      if (before.stream !== append.stream || !isSameEvent(before.encoded, encodeEvent(event))) return { kind: 'id-conflict', id }
      partOf ??= append
      events.push(before.recorded())
    }
  }
  if (partOf === undefined) return { kind: 'nothing' }
  return events.length === inBatch.size ? { kind: 'all', events } : { kind: 'some', append: partOf }
}
