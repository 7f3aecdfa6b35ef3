/**
 * One event as the server keeps it: our type, the data as JSON, and beside it our id, stream, revision and version. Its
 * id on the server is new with every attempt, because the server takes an append whose ids it knows for a repetition,
 * whoever sends it and whatever it says: two writers would both believe to have won. `linked` says up to which position all links existed when it was written: what a reader or the next writer must not
 * rely on lies between there and the end.
 */
import { binaryEvent, jsonEvent, type EventData, type JSONType, type ResolvedEvent } from '@eventstore/db-client'
import type { Json } from '../../domain/canonical-json.js'
import { decodeEvent, type EncodedEvent } from '../../domain/events/codec.js'
import { asPosition, type Position } from '../../domain/ids.js'
import { uuidV5 } from '../../domain/uuid.js'
import { EventLogError } from '../errors.js'
import type { RecordedEvent } from '../log.js'
import { encodeStored, type Place } from '../record.js'

export const LINK_TYPE = '$>'

export type Stored = { readonly id: string; readonly encoded: EncodedEvent; readonly place: Place; readonly linked: number }

/** @param attempt unique to this attempt to write it */
export const toServer = ({ id, encoded, place, linked }: Stored, attempt: string): EventData => jsonEvent({
  id: uuidV5(`${attempt}/${id}`), type: encoded.type, data: encoded.data as JSONType,
  metadata: { id, stream: place.stream, revision: String(place.revision), version: String(encoded.version), linked: String(linked) },
})

/** Its id follows from the event's, so a link that is written again is recognised. */
export const linkTo = ({ id, place }: Stored, order: string): EventData =>
  binaryEvent({ id: uuidV5(`link/${id}`), type: LINK_TYPE, data: Buffer.from(`${place.position}@${order}`) })

/** Throws EventLogError where the stream holds what this program has not written. */
export function fromServer({ event }: ResolvedEvent, order: string): Stored {
  const metadata = event?.metadata as { readonly id?: unknown; readonly stream?: unknown; readonly revision?: unknown; readonly version?: unknown; readonly linked?: unknown } | undefined
  const [revision, version, linked] = [Number(metadata?.revision), Number(metadata?.version), Number(metadata?.linked)]
  if (event === undefined || typeof metadata?.id !== 'string' || typeof metadata.stream !== 'string' || ![revision, version, linked].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw new EventLogError('FOREIGN_EVENT', 'stream', `the stream ${order} on the server holds ${event === undefined ? 'a place without an event' : `event ${event.id}`}, which this program did not write; give it a server or a namespace of its own`)
  }
  return {
    id: metadata.id, encoded: { type: event.type, version, data: event.data as Json }, linked,
    place: { stream: metadata.stream, revision, position: asPosition(Number(event.revision)) },
  }
}

/** The canonical bytes of the entry, the same as every adapter gives for it; data that cannot be decoded has them too. */
export const bytesOf = ({ id, encoded, place }: Stored): Uint8Array => encodeStored(id, encoded, place)

/** Throws EventFormatError. */
export const recordedOf = ({ id, encoded, place }: Stored): RecordedEvent => ({ id, ...place, event: decodeEvent(encoded) })

export const positionAfter = ({ place }: Stored): Position => asPosition(place.position + 1)
