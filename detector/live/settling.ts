/**
 * How far a restart may go on from. Invariant: a position is settled only when no window that is still open can hold a
 * flow from before it, so whoever reads on from there sees every open window whole.
 */
import type { LiveSource, Mark } from './live-source.js'

/** The longest memory of the windows is a minute of attempts; long records and incidents reach twice as far. */
export const SETTLE_MS = 120_000
const SECOND_MS = 1000
const MAX_MARKS = 10_000

export type Settling<P> = {
  add(mark: Mark<P>): void
  /** The furthest settled position at that moment of the flows' time, if it moved since the last call. */
  take(nowMs: number): { readonly position: P; readonly timeMs: number } | undefined
  /** The furthest position, for when all windows are closed. */
  takeAll(): { readonly position: P; readonly timeMs: number } | undefined
}

export function createSettling<P>(join: LiveSource<P>['join']): Settling<P> {
  const marks: { position: P; newestMs: number }[] = []
  let timeMs = -Infinity

  const takeWhile = (isSettled: (newestMs: number) => boolean): { position: P; timeMs: number } | undefined => {
    let count = 0
    let position: P | undefined
    while (count < marks.length && isSettled((marks[count] as { newestMs: number }).newestMs)) {
      const mark = marks[count++] as { position: P; newestMs: number }
      position = position === undefined ? mark.position : join(position, mark.position)
      timeMs = Math.max(timeMs, mark.newestMs)
    }
    marks.splice(0, count)
    return position === undefined ? undefined : { position, timeMs }
  }

  return {
    add({ position, newestMs = -Infinity }) {
      const last = marks.at(-1)
      // One mark a second of the flows is as good as a thousand.
      if (last !== undefined && (marks.length >= MAX_MARKS || secondOf(last.newestMs) === secondOf(newestMs))) {
        last.position = join(last.position, position)
        last.newestMs = Math.max(last.newestMs, newestMs)
      } else marks.push({ position, newestMs })
    },
    take: (nowMs) => takeWhile((newestMs) => newestMs + SETTLE_MS <= nowMs),
    takeAll: () => takeWhile(() => true),
  }
}

const secondOf = (ms: number): number => Math.floor(ms / SECOND_MS)
