/**
 * The bytes of one event as every adapter stores them, the audit tree binding their hash: canonical JSON of the event and
 * its place. They never change once written, so a proof made today verifies against any copy of the log.
 */
import { utf8ToBytes } from '../domain/bytes.js'
import { canonicalJson } from '../domain/canonical-json.js'
import { decodeEvent, encodeEvent, type EncodedEvent } from '../domain/events/codec.js'
import { parseStored as parseStoredText, type StoredRecord } from '../domain/events/stored.js'
import { asPosition, type Position } from '../domain/ids.js'
import { textOfUtf8 } from '../platform/utf8.js'
import type { NewEvent, RecordedEvent } from './log.js'

export type Place = { readonly stream: string; readonly revision: number; readonly position: Position }

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

/** Throws EventFormatError naming the field. */
function parseStored(bytes: Uint8Array): StoredRecord {
  let text: string | undefined
  try {
    text = textOfUtf8(bytes)
  } catch {
    text = undefined
  }
  return parseStoredText(text, bytes.length)
}
