/** Appends with their events encoded, once, before any lock is taken or any group is formed. */
import { encodeEvent, type EncodedEvent } from '../domain/events/codec.js'
import type { NewEvent, StreamAppend } from './log.js'

export type PreparedEvent = NewEvent & { readonly encoded: EncodedEvent }
export type PreparedAppend = Omit<StreamAppend, 'events'> & { readonly events: readonly PreparedEvent[] }

export const prepareAppend = (append: StreamAppend): PreparedAppend =>
  ({ ...append, events: append.events.map((event) => ({ ...event, encoded: encodeEvent(event.event) })) })
