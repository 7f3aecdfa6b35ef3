/**
 * The bytes of one event as every adapter stores them and the audit tree hashes them: canonical JSON of the event and
 * its place. They never change once written, so a proof made today verifies against any copy of the log.
 */
import { isAscii } from 'node:buffer'
import { utf8ToBytes } from '../domain/bytes.js'
import { canonicalJson } from '../domain/canonical-json.js'
import { decodeEvent, encodeEvent, EventFormatError, type EncodedEvent } from '../domain/events/codec.js'
import { asPosition, type Position } from '../domain/ids.js'
import type { NewEvent, RecordedEvent } from './log.js'

export type Place = { readonly stream: string; readonly revision: number; readonly position: Position }

/** Position and revision are 64-bit integers and therefore decimal strings, like all others in our JSON. */
type StoredRecord = EncodedEvent & { readonly id: string; readonly stream: string; readonly revision: string; readonly position: string }

/** Bytes of a new event at its place. */
export function encodeRecord({ id, event }: NewEvent, { stream, revision, position }: Place): Uint8Array {
  return encodeStored(id, encodeEvent(event), { stream, revision, position })
}

export const encodeStored = (id: string, encoded: EncodedEvent, place: Place): Uint8Array => utf8ToBytes(storedText(id, encoded, place))

/** Stored bytes before they are UTF-8. */
export const storedText = (id: string, { type, version, data }: EncodedEvent, { stream, revision, position }: Place): string =>
  canonicalJson({ data, id, position: String(position), revision: String(revision), stream, type, version })

/** Entry bytes of an event that was read back. */
export const recordBytes = (recorded: RecordedEvent): Uint8Array => encodeRecord(recorded, recorded)

/** Decodes stored bytes. Throws EventFormatError naming the field. */
export function decodeRecord(bytes: Uint8Array): RecordedEvent {
  const stored = parseStored(bytes)
  const { id, stream } = stored
  return { id, stream, revision: Number(stored.revision), position: asPosition(Number(stored.position)), event: decodeEvent(stored) }
}

/** The event in stored bytes as it was written, in the version of that time. Throws EventFormatError. */
export function encodedIn(bytes: Uint8Array): EncodedEvent {
  const { type, version, data } = parseStored(bytes)
  return { type, version, data }
}

/** Stream and type of stored bytes, without decoding the data. Throws EventFormatError. */
export function peekRecord(bytes: Uint8Array): { readonly stream: string; readonly type: string } {
  return parseStored(bytes)
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Nearly all records are ASCII, which needs no decoding. Throws where bytes are not UTF-8. */
function textOf(bytes: Uint8Array): string {
  return isAscii(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') : decoder.decode(bytes)
}

const DECIMAL = /^\d{1,16}$/

function parseStored(bytes: Uint8Array): StoredRecord {
  let value: Partial<StoredRecord> | null
  try {
    value = JSON.parse(textOf(bytes)) as Partial<StoredRecord> | null
  } catch {
    throw new EventFormatError('unknown', 'entry', `${bytes.length} bytes are not JSON`)
  }
  const refuse = (field: string): never => {
    throw new EventFormatError(typeof value?.type === 'string' ? value.type : 'unknown', field, 'missing or of the wrong shape')
  }
  if (value === null || typeof value !== 'object') return refuse('entry')
  if (typeof value.id !== 'string') refuse('id')
  if (typeof value.stream !== 'string') refuse('stream')
  if (typeof value.revision !== 'string' || !DECIMAL.test(value.revision)) refuse('revision')
  if (typeof value.position !== 'string' || !DECIMAL.test(value.position)) refuse('position')
  if (typeof value.type !== 'string') refuse('type')
  if (typeof value.version !== 'number') refuse('version')
  return value as StoredRecord
}
