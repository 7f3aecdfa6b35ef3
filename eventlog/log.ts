/**
 * The event log port: an append-only, totally ordered log of streams. Positions have no gaps; an append is atomic
 * over all its streams, guarded by expected revisions and idempotent by event id.
 */
import type { DomainEvent, EventType } from '../domain/events/schema.js'
import type { Position } from '../domain/ids.js'

/** `any`: no check. `none`: the stream must not exist. `exists`: it must. A number: revision of its last event. */
export type ExpectedRevision = 'any' | 'none' | 'exists' | number

export type NewEvent = { readonly id: string; readonly event: DomainEvent }

export type StreamAppend = { readonly stream: string; readonly expected: ExpectedRevision; readonly events: readonly NewEvent[] }

export type RecordedEvent = {
  /** UUIDv5 of what happened. */
  readonly id: string
  readonly stream: string
  /** From 0 within the stream. */
  readonly revision: number
  readonly position: Position
  readonly event: DomainEvent
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly events: readonly RecordedEvent[] }
  /** Every event was there already with the same content: a retry of an append that had succeeded. */
  | { readonly kind: 'already-there'; readonly events: readonly RecordedEvent[] }
  | { readonly kind: 'wrong-revision'; readonly stream: string; readonly expected: ExpectedRevision; readonly actual: number | undefined }
  /** The same id was recorded with other content: an alarm, never an overwrite. */
  | { readonly kind: 'id-conflict'; readonly id: string }

export type ReadDirection = { readonly from?: number; readonly limit?: number; readonly backwards?: boolean }

/** What a reader wants to see; a list that is absent asks for everything, an event must satisfy all that are there. */
export type EventFilter = { readonly streamPrefixes?: readonly string[]; readonly eventTypes?: readonly EventType[] }

export type Delivery =
  | { readonly kind: 'event'; readonly recorded: RecordedEvent }
  /** All events before `position` were delivered or passed over: where to begin after a restart. */
  | { readonly kind: 'checkpoint'; readonly position: Position }

/** An event id that came again with other content: two writers contradict each other. */
export type LogAlarm = { readonly kind: 'id-conflict'; readonly id: string; readonly stream: string }

export type EventLog = {
  append(appends: readonly StreamAppend[]): Promise<AppendResult>
  /** Events of one stream from revision `from` (inclusive). A stream that does not exist is empty. */
  readStream(stream: string, options?: ReadDirection): AsyncIterable<RecordedEvent>
  /** All events from position `from` (inclusive) to the end as of now. */
  readAll(options?: ReadDirection): AsyncIterable<RecordedEvent>
  /** All events from position `from` (inclusive), then new ones as they come, until `signal` aborts. */
  subscribe(from: Position, signal: AbortSignal): AsyncIterable<RecordedEvent>
  /** The same for the events that `filter` lets through, with checkpoints where others were passed over. */
  subscribeFiltered(from: Position, signal: AbortSignal, filter: EventFilter): AsyncIterable<Delivery>
  /** Revision of the stream's last event, or undefined where the stream does not exist. */
  lastRevision(stream: string): Promise<number | undefined>
  /** Number of events in the log: the position the next event will get. */
  length(): Promise<number>
  close(): Promise<void>
}

export const CHAIN_STREAM = 'chain'
export const OPERATOR_STREAM = 'operator'
export const anomalyStream = (id: string): string => `anomaly-${id}`
export const policyStream = (id: string): string => `policy-${id}`
/** Of messages that are no anomalies and were refused, by the hash of their bytes. */
export const refusedStream = (messageHash: string): string => `refused-${messageHash}`
/** Evidence and verdicts, by the id of their message. */
export const reportStream = (id: string): string => `report-${id}`
export const validatorStream = (id: string): string => `validator-${id}`
