/**
 * Counts moves of anomalies by the hour in which they happened: how many entered a state and how many left it, by
 * producer and reason. All that entered, less all that left, is where anomalies stand.
 */
import type { LifecycleState } from '../../domain/anomaly/events.js'
import type { Life, Move } from '../lives/lives.js'

export type HourCount = {
  /** Start of the hour, UTC milliseconds. */
  readonly hour: number
  readonly producer: string
  readonly state: LifecycleState
  readonly reason: string
  readonly entered: number
  readonly left: number
}

export type MoveCounter = { count(move: Move): void; finish(): readonly HourCount[] }

const HOUR_MS = 3_600_000

export function createMoveCounter(): MoveCounter {
  const counts = new Map<string, HourCount>()
  const add = (hour: number, { producer, state, reason }: Life, entered: number, left: number): void => {
    const key = `${hour} ${producer} ${state} ${reason}`
    const known = counts.get(key)
    counts.set(key, { hour, producer, state, reason, entered: (known?.entered ?? 0) + entered, left: (known?.left ?? 0) + left })
  }
  return {
    count({ before, after, at }) {
      const hour = Math.floor(at / HOUR_MS) * HOUR_MS
      if (before !== undefined) add(hour, before, 0, 1)
      add(hour, after, 1, 0)
    },
    finish: () => [...counts.values()],
  }
}
