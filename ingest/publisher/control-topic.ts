/** What a control topic is to the publisher: a function from one event of the log to the records that tell it. */
import type { RecordedEvent } from '../../eventlog/log.js'
import type { Signer } from '../../domain/crypto.js'
import type { Height, ProducerId } from '../../domain/ids.js'
import type { OutgoingRecord } from '../transport/transport.js'
import type { ScoreChange } from './standing-book.js'

/** Whose message an event speaks of, where a signature says so. */
export type Author = { readonly producer: ProducerId; readonly severity: number }

export type ControlNews = {
  readonly recorded: Pick<RecordedEvent, 'id' | 'event' | 'position'>
  /** Newest block up to this event; 0 before the first. */
  readonly height: Height
  /** What the event did to producers' standings. */
  readonly changes: readonly ScoreChange[]
  /** Of the anomaly that a verdict or a refusal names. */
  readonly author: Author | undefined
  /** Where a producer stands after the event. */
  readonly scoreOf: (producer: ProducerId) => number
}

/**
 * Reads no clock and keeps nothing: the same news always gives the same bytes, so a record that is sent again after a
 * crash can be known by them.
 */
export type ControlTopic = (news: ControlNews, signer: Signer) => readonly OutgoingRecord[]

/** Headers are not signed; `position` is the event's place in the log, for people who look for it. */
export const headersOf = (type: string, { recorded }: ControlNews): Readonly<Record<string, string>> => ({ version: '1', type, position: String(recorded.position) })

export const secondsOf = (atMs: number): number => Math.floor(atMs / 1000)
