/**
 * Brings flows of a topic into order of start time while they come. Exporters write a flow when it ends, so its start
 * lies back by as much as it lasted, and each partition is at its own place: a flow is passed on when every partition
 * has come `holdMs` further. Invariant: what is passed on never steps back by more than the windows tolerate; what would
 * is left out and counted, and so is what began in the future.
 */
import type { FlowRecord, SourceItem } from '../sources/records.js'
import { popEarliest, pushInOrder } from '../sources/time-order.js'
import { LATENESS_MS } from '../windows/target-windows.js'

export type LiveOrderOptions = {
  /** How much later than it began a flow may come. */
  readonly holdMs: number
  readonly nowMs: () => number
  /** Flows held at most; past it the earliest is passed on before its time. */
  readonly capacity?: number
}

export type LiveOrder = {
  /** These partitions have flows that were not read yet: nothing is passed on before each has shown where it is. */
  expect(partitions: readonly number[]): void
  /** Takes a flow; what is left out comes back. */
  add(partition: number, flow: FlowRecord): SourceItem | undefined
  /** What may be passed on now. `idle` says that nothing came for a while, so that time passes by the clock. */
  release(idle: boolean): Generator<SourceItem>
}

const DEFAULT_CAPACITY = 100_000
/** A partition that was silent for so long is not waited for. */
const SILENT_MS = 10_000
/** Clocks of exporters differ; by more than this one is wrong. */
export const FUTURE_MS = 600_000
const SECOND_MS = 1000

export function createLiveOrder({ holdMs, nowMs, capacity = DEFAULT_CAPACITY }: LiveOrderOptions): LiveOrder {
  const heap: FlowRecord[] = []
  const partitions = new Map<number, { newestMs: number; heardMs: number }>()
  let newestMs = -Infinity
  let heardMs = nowMs()
  let passedMs = -Infinity

  /** Everything that begins before it has come, as far as one may know. */
  function watermark(idle: boolean): number {
    const now = nowMs()
    const heard = [...partitions.values()].filter((one) => now - one.heardMs < SILENT_MS)
    if (heard.length > 0) return Math.min(...heard.map((one) => one.newestMs)) - holdMs
    // Not further than to close the last second: flows of the past may pause for longer than the clock says they did.
    return idle ? Math.min(newestMs - holdMs + now - heardMs, endOfSecond(newestMs)) : newestMs - holdMs
  }

  return {
    expect(expected) {
      for (const partition of expected) partitions.set(partition, { newestMs: -Infinity, heardMs: nowMs() })
    },
    add(partition, flow) {
      const now = nowMs()
      if (flow.startMs > now + FUTURE_MS) return { kind: 'skipped', reason: 'from-the-future' }
      const known = partitions.get(partition)
      partitions.set(partition, { newestMs: Math.max(known?.newestMs ?? -Infinity, flow.startMs), heardMs: now })
      newestMs = Math.max(newestMs, flow.startMs)
      heardMs = now
      if (flow.startMs < passedMs - LATENESS_MS) return { kind: 'skipped', reason: 'late-record' }
      pushInOrder(heap, flow)
      return undefined
    },
    *release(idle) {
      const upToMs = watermark(idle)
      for (let next = heap[0]; next !== undefined && (next.startMs <= upToMs || heap.length > capacity); next = heap[0]) {
        popEarliest(heap)
        passedMs = Math.max(passedMs, next.startMs)
        yield next
      }
      // Windows close with the next flow; where none comes, a tick must. It comes again and again, as a sign of life.
      if (!idle) return
      passedMs = Math.max(passedMs, startOfSecond(upToMs))
      if (Number.isFinite(passedMs)) yield { kind: 'tick', timeMs: passedMs }
    },
  }
}

export const startOfSecond = (ms: number): number => Math.floor(ms / SECOND_MS) * SECOND_MS
export const endOfSecond = (ms: number): number => startOfSecond(ms) + SECOND_MS
