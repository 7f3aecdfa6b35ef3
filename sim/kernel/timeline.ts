/** Virtual time: things planned for later happen in order, and the clock jumps from one to the next. */
import { createHeap } from './heap.js'

/** Work is what the nodes and the network still have to do; the rest (faults, observers) says nothing of idleness. */
export type PlanKind = 'work' | 'aside'

type Entry = { readonly atMs: number; readonly sequence: number; readonly kind: PlanKind; readonly run: () => void }

export type Timeline = {
  now(): number
  /** Plans `run` for `delayMs` from now. */
  after(delayMs: number, run: () => void, kind?: PlanKind): void
  /** Runs what is due within `ms` and moves the clock by as much. Stops early, at that moment, when `until` says so. */
  run(ms: number, until?: () => boolean): boolean
  /** How many things of kind `work` are still planned. */
  workLeft(): number
}

export function createTimeline(startMs: number): Timeline {
  const heap = createHeap<Entry>()
  let now = startMs
  let sequence = 0
  let work = 0
  return {
    now: () => now,
    after(delayMs, run, kind = 'work') {
      if (kind === 'work') work += 1
      heap.push({ atMs: now + delayMs, sequence: sequence++, kind, run })
    },
    run(ms, until) {
      const end = now + ms
      for (let next = heap.peek(); next !== undefined && next.atMs <= end; next = heap.peek()) {
        heap.pop()
        if (next.kind === 'work') work -= 1
        now = next.atMs
        next.run()
        if (until?.() === true) return true
      }
      now = end
      return false
    },
    workLeft: () => work,
  }
}
