/**
 * An append in parts, as a thread gets it: the entries in shared memory, and what they are for as numbers. Streams are
 * numbered in each part, in the order in which it names them first.
 */
import { asPosition } from '../../../domain/ids.js'
import { isExpected } from '../../check-append.js'
import type { ExpectedRevision, RecordedEvent, StreamAppend } from '../../log.js'

export type AppendPart = {
  readonly memory: SharedArrayBuffer
  /** Entries in it, from its beginning. */
  readonly count: number
  /** Its streams. */
  readonly names: readonly string[]
  /** One after the other for each stream append, or what of it is in this part: number of the stream, what is expected of it, number of events. */
  readonly runs: Float64Array
}

/** What became of an append that was taken. */
export type Taken = {
  /** Position of its first event. */
  readonly position: number
  /** Of each event. */
  readonly revisions: Float64Array
}

export const NO_REVISION = -1
export const RUN_NUMBERS = 3

/** Expectations that are words, as numbers that no revision is. */
const WORDS = ['any', 'none', 'exists'] as const
const ANY = -1

/** What is neither a word nor a revision is NaN, which nothing equals. */
function numberOf(expected: ExpectedRevision): number {
  if (typeof expected === 'number') return expected >= 0 ? expected : NaN
  const word = WORDS.indexOf(expected)
  return word < 0 ? NaN : ANY - word
}

/** `isExpected` of an expectation that was written as a number. @param head revision of the last event, or NO_REVISION */
export const fits = (expected: number, head: number): boolean =>
  isExpected(WORDS[ANY - expected] ?? expected, head === NO_REVISION ? undefined : head)

/** Gives the streams and runs of the next `count` events. */
export type TakeRuns = (count: number) => Pick<AppendPart, 'names' | 'runs'>

export function takeRunsOf(appends: readonly StreamAppend[]): TakeRuns {
  let next = 0
  /** Events of the next append that were taken already. */
  let taken = 0
  return (count) => {
    const numbers = new Map<string, number>()
    const runs: number[] = []
    let left = count
    for (; next < appends.length; next++, taken = 0) {
      const { stream, expected, events } = appends[next] as StreamAppend
      if (left === 0 && events.length > 0) break
      let number = numbers.get(stream)
      if (number === undefined) {
        number = numbers.size
        numbers.set(stream, number)
      }
      const run = Math.min(left, events.length - taken)
      // What follows in the same stream was expected by the first part of it.
      runs.push(number, taken === 0 ? numberOf(expected) : ANY, run)
      left -= run
      taken += run
      if (taken < events.length) break
    }
    return { names: [...numbers.keys()], runs: Float64Array.from(runs) }
  }
}

/** The events of an append that was taken, at their places. */
export function recordedOf(appends: readonly StreamAppend[], { position, revisions }: Taken): readonly RecordedEvent[] {
  const recorded: RecordedEvent[] = []
  for (const { stream, events } of appends) {
    for (const { id, event } of events) {
      const i = recorded.length
      recorded.push({ id, stream, revision: revisions[i] as number, position: asPosition(position + i), event })
    }
  }
  return recorded
}
