/** Events to JSON and back. Reading validates: the log is an edge like any other. */
import { z } from 'zod'
import type { Json } from '../canonical-json.js'
import { eventSchemas, type DomainEvent, type EventType } from './schema.js'
import { newestVersion, upcast, UPCASTERS, type Upcasters } from './upcast.js'

export class EventFormatError extends Error {
  readonly code = 'EVENT_FORMAT'
  constructor(readonly eventType: string, readonly field: string, reason: string) {
    super(`event ${eventType}: ${field}: ${reason}`)
    this.name = 'EventFormatError'
  }
}

export type EncodedEvent = { readonly type: string; readonly version: number; readonly data: Json }

export function encodeEvent(event: DomainEvent, upcasters: Upcasters = UPCASTERS): EncodedEvent {
  const data = z.encode(eventSchemas[event.type] as z.ZodType, event.data) as Json
  return { type: event.type, version: newestVersion(event.type, upcasters), data }
}

/** Reads every released version. Throws EventFormatError for an unknown type or version, or data of the wrong shape. */
export function decodeEvent(encoded: EncodedEvent, upcasters: Upcasters = UPCASTERS): DomainEvent {
  const schema = eventSchemas[encoded.type as EventType] as z.ZodType | undefined
  if (schema === undefined) throw new EventFormatError(encoded.type, 'type', 'unknown; was the log written by a newer version?')
  const data = upcast(encoded.type, encoded.version, encoded.data, upcasters)
  if (data === undefined) throw new EventFormatError(encoded.type, 'version', `${encoded.version} is not known; was the log written by a newer version?`)
  const parsed = z.safeDecode(schema, data)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new EventFormatError(encoded.type, issue?.path.join('.') ?? 'data', issue?.message ?? 'wrong shape')
  }
  return { type: encoded.type, data: parsed.data } as DomainEvent
}
