/**
 * Replays a recording at the pace it was recorded, with a tick at each second so that windows close on time even when
 * nothing follows. The records keep their capture times; only waiting is added.
 */
import type { SourceItem, Tick } from './records.js'

export type Pace = {
  /** 1 is the recorded pace, 10 is ten times as fast. */
  readonly speed: number
  /** Longer silences are cut to this: captures joined from parts have gaps of months. */
  readonly longestGapMs: number
  readonly nowMs: () => number
  /** Resolves after the time has passed, or early when the replay is aborted. */
  readonly sleep: (ms: number) => Promise<void>
  readonly signal?: AbortSignal | undefined
}

const TICK_MS = 1000
/** Waiting less than this costs more than it gives: timers are not exact to a millisecond. */
const SHORTEST_WAIT_MS = 2

export async function* atOwnPace(items: AsyncIterable<SourceItem>, pace: Pace): AsyncGenerator<SourceItem> {
  let wallStart = 0
  let captureStart: number | undefined
  let captureNow = 0
  const dueAt = (captureMs: number): number => wallStart + (captureMs - (captureStart ?? captureMs)) / pace.speed

  for await (const item of items) {
    if (isAborted(pace.signal)) return
    const timeMs = timeOf(item)
    if (timeMs !== undefined) {
      const gap = timeMs - captureNow
      if (captureStart === undefined || gap < -TICK_MS || gap > pace.longestGapMs) {
        // A new part begins: it plays from now on, whatever its date.
        captureStart = timeMs
        wallStart = pace.nowMs()
        captureNow = timeMs
      }
      for (const tick of ticksBetween(captureNow, timeMs)) {
        await waitUntil(dueAt(tick.timeMs), pace)
        if (isAborted(pace.signal)) return
        yield tick
      }
      await waitUntil(dueAt(timeMs), pace)
      if (isAborted(pace.signal)) return
      captureNow = Math.max(captureNow, timeMs)
    }
    yield item
  }
}

/** A function, because the signal changes while the replay waits and the compiler would remember the last answer. */
export const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

function* ticksBetween(fromMs: number, toMs: number): Generator<Tick> {
  for (let timeMs = (Math.floor(fromMs / TICK_MS) + 1) * TICK_MS; timeMs <= toMs; timeMs += TICK_MS) yield { kind: 'tick', timeMs }
}

async function waitUntil(wallMs: number, pace: Pace): Promise<void> {
  const ms = wallMs - pace.nowMs()
  if (ms >= SHORTEST_WAIT_MS) await pace.sleep(ms)
}

function timeOf(item: SourceItem): number | undefined {
  switch (item.kind) {
    case 'packet':
    case 'tick': return item.timeMs
    case 'flow': return item.startMs
    case 'skipped':
    case 'notice': return undefined
  }
}
