/**
 * One append as one LMDB transaction: everything is checked before the first write, so nothing is ever half there.
 * An append whose events are all recorded already is a retry; one whose events are there in part only is not the
 * append that succeeded before, and is refused as `wrong-revision`.
 */
import { asPosition } from '../../domain/ids.js'
import { isExpected, MAX_EVENT_BYTES } from '../check-append.js'
import { EventLogError } from '../errors.js'
import type { AppendResult, RecordedEvent } from '../log.js'
import type { PreparedAppend } from '../prepare.js'
import { decodeRecord, encodedIn, storedText } from '../record.js'
import { isSameEvent } from '../same-event.js'
import { lengthOf } from './read.js'
import type { LogTables } from './tables.js'

/** Must run inside a write transaction. */
export function appendInTransaction(tables: LogTables, appends: readonly PreparedAppend[]): AppendResult {
  const known = findKnown(tables, appends)
  if (known.kind === 'id-conflict') return known
  if (known.kind === 'all') return { kind: 'already-there', events: known.events }
  if (known.kind === 'some') {
    const { stream, expected } = known.append
    return { kind: 'wrong-revision', stream, expected, actual: tables.heads.get(stream) }
  }

  const heads = new Map<string, number | undefined>()
  const headOf = (stream: string): number | undefined => (heads.has(stream) ? heads.get(stream) : tables.heads.get(stream))
  const planned: Planned[] = []
  let position = lengthOf(tables)
  for (const { stream, expected, events } of appends) {
    const actual = headOf(stream)
    if (!isExpected(expected, actual)) return { kind: 'wrong-revision', stream, expected, actual }
    let revision = actual ?? -1
    for (const { id, event, encoded } of events) {
      revision += 1
      const place = { stream, revision, position: asPosition(position) }
      const text = storedText(id, encoded, place)
      const sizeBytes = Buffer.byteLength(text)
      if (sizeBytes > MAX_EVENT_BYTES) {
        throw new EventLogError('TOO_LARGE', 'event', `an event of ${sizeBytes} bytes exceeds the limit of ${MAX_EVENT_BYTES}`)
      }
      planned.push({ recorded: { id, stream, revision, position: place.position, event }, text })
      position += 1
    }
    if (events.length > 0) heads.set(stream, revision)
  }

  writePlanned(tables, planned)
  for (const [stream, revision] of inOrder([...heads], ([stream]) => stream)) if (revision !== undefined) tables.heads.putSync(stream, revision)
  return { kind: 'appended', events: planned.map(({ recorded }) => recorded) }
}

type Planned = { readonly recorded: RecordedEvent; readonly text: string }

/** LMDB copies what it is given before `putSync` returns: one buffer serves all, and nothing is left to collect. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024)

function bytesOf(text: string): Buffer {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  return text.length * 3 > scratch.length ? Buffer.from(text) : scratch.subarray(0, scratch.write(text))
}

/** Indexes are written in the order of their keys: neighbours share a page, which is then found and copied once. */
function writePlanned(tables: LogTables, planned: readonly Planned[]): void {
  for (const { recorded, text } of planned) tables.entries.putSync(recorded.position, bytesOf(text))
  for (const { recorded } of inOrder(planned, ({ recorded }) => recorded.stream)) tables.streams.putSync([recorded.stream, recorded.revision], recorded.position)
  for (const { recorded } of inOrder(planned, ({ recorded }) => recorded.id)) tables.ids.putSync(recorded.id, recorded.position)
}

const inOrder = <T>(values: readonly T[], key: (value: T) => string): T[] => [...values].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))

type Known =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'some'; readonly append: PreparedAppend }
  | { readonly kind: 'all'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'id-conflict'; readonly id: string }

/** Looks for events recorded before, and compares their bytes: the same id must mean the same happening. */
function findKnown(tables: LogTables, appends: readonly PreparedAppend[]): Known {
  const inBatch = new Set<string>()
  const events: RecordedEvent[] = []
  let partOf: PreparedAppend | undefined
  for (const append of appends) {
    for (const { id, encoded } of append.events) {
      if (inBatch.has(id)) return { kind: 'id-conflict', id }
      inBatch.add(id)
      const position = tables.ids.get(id)
      if (position === undefined) continue
      const stored = tables.entries.get(position) as Buffer
      const recorded = decodeRecord(stored)
      if (recorded.stream !== append.stream || !isSameEvent(encodedIn(stored), encoded)) return { kind: 'id-conflict', id }
      partOf ??= append
      events.push(recorded)
    }
  }
  if (partOf === undefined) return { kind: 'nothing' }
  return events.length === inBatch.size ? { kind: 'all', events } : { kind: 'some', append: partOf }
}
