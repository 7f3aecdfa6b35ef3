/** What a source is that never ends: a table or a topic that is followed, and read on after a restart. */
import type { SourceItem } from '../sources/records.js'

/** Everything before `position` was yielded. Not an item to count: it says how far a restart may go on from. */
export type Mark<P> = {
  readonly kind: 'mark'
  readonly position: P
  /** The latest start of a flow since the mark before; undefined where there was none. */
  readonly newestMs: number | undefined
}

export type LiveSource<P> = {
  /** Which flows these are, in words without secrets; a position is only good for the source that it was taken from. */
  readonly name: string
  /**
   * From behind `after`, in order of start times, with marks in between. Ends when `signal` aborts, or with the flows
   * where the source is not followed.
   */
  read(after: P | undefined, signal: AbortSignal): AsyncIterable<SourceItem | Mark<P>>
  /** One position for two marks that follow each other. */
  join(earlier: P, later: P): P
  /** Told that nothing before `position` is needed any more, after what it led to is durable. */
  settled?(position: P): Promise<void>
  /** What it has counted of its own, for who asks how it does. */
  status?(): unknown
  close(): Promise<void>
}
