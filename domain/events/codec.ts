/** Events to JSON and back. Reading validates: the log is an edge like any other. */
import { z } from 'zod'
import { canonicalJson, type Json } from '../canonical-json.js'
import { fastReader, fastWriter, type FastConversion } from './fast-codec.js'
import { fastBytes, type FastBytes } from './fast-bytes.js'
import { eventSchemas, type DomainEvent, type EventType } from './schema.js'
import { nodeOf } from './schema-nodes.js'
import { putText, type Sink } from './sink.js'
import { newestVersion, upcast, UPCASTERS, type Upcasters } from './upcast.js'

export class EventFormatError extends Error {
  readonly code = 'EVENT_FORMAT'
  constructor(readonly eventType: string, readonly field: string, reason: string) {
    super(`event ${eventType}: ${field}: ${reason}`)
    this.name = 'EventFormatError'
  }
}

export type EncodedEvent = { readonly type: string; readonly version: number; readonly data: Json }

const nodes = Object.entries(eventSchemas).map(([type, schema]) => [type, nodeOf(schema as unknown as z.ZodType)] as const)
const readers: ReadonlyMap<string, FastConversion> = new Map(nodes.map(([type, node]) => [type, fastReader(node)]))
const writers: ReadonlyMap<string, FastConversion> = new Map(nodes.map(([type, node]) => [type, fastWriter(node)]))
const puts: ReadonlyMap<string, FastBytes> = new Map(nodes.map(([type, node]) => [type, fastBytes(node)]))

/** In the newest shape. Throws where the event is not what its schema says. */
export function encodeEvent(event: DomainEvent, upcasters: Upcasters = UPCASTERS): EncodedEvent {
  const data = writers.get(event.type)?.(event.data) ?? z.encode(eventSchemas[event.type] as z.ZodType, event.data)
  return { type: event.type, version: newestVersion(event.type, upcasters), data: data as Json }
}

/** Writes the canonical JSON of the data in `encodeEvent`. Throws where the event is not what its schema says. */
export function putCanonicalData(sink: Sink, event: DomainEvent): void {
  const start = sink.at
  if (puts.get(event.type)?.(sink, event.data) === true) return
  sink.at = start
  putText(sink, canonicalJson(encodeEvent(event).data))
}

/** Reads every released version. Throws EventFormatError for an unknown type or version, or data of the wrong shape. */
export function decodeEvent(encoded: EncodedEvent, upcasters: Upcasters = UPCASTERS): DomainEvent {
  const read = readers.get(encoded.type)
  if (read === undefined) throw new EventFormatError(encoded.type, 'type', 'unknown; was the log written by a newer version?')
  const data = upcast(encoded.type, encoded.version, encoded.data, upcasters)
  if (data === undefined) throw new EventFormatError(encoded.type, 'version', `${encoded.version} is not known; was the log written by a newer version?`)
  return { type: encoded.type, data: read(data) ?? judge(encoded.type as EventType, data) } as DomainEvent
}

/** The library's word on data that the fast reader did not take. */
function judge(type: EventType, data: Json): unknown {
  const parsed = z.safeDecode(eventSchemas[type] as z.ZodType, data)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new EventFormatError(type, issue?.path.join('.') ?? 'data', issue?.message ?? 'wrong shape')
}
