/**
 * Brings flow records into order of start time with a bounded buffer: exporters write a flow when it ends, and data sets
 * are shuffled. Invariant: at most `capacity` records are held; a record older than what was already passed on comes
 * out late, and the windows count it as late.
 */
import type { FlowRecord, Skipped } from './records.js'

const DEFAULT_CAPACITY = 100_000
/** As many as come in a batch of short lines. */
const LAST_BATCH = 500

export async function* inTimeOrder(
  batches: AsyncIterable<readonly (FlowRecord | Skipped)[]>, capacity = DEFAULT_CAPACITY,
): AsyncGenerator<readonly (FlowRecord | Skipped)[]> {
  const heap: FlowRecord[] = []
  for await (const batch of batches) {
    const items: (FlowRecord | Skipped)[] = []
    for (const item of batch) {
      if (item.kind === 'skipped') {
        items.push(item)
        continue
      }
      pushInOrder(heap, item)
      if (heap.length > capacity) items.push(popEarliest(heap))
    }
    yield items
  }
  while (heap.length > 0) yield Array.from({ length: Math.min(heap.length, LAST_BATCH) }, () => popEarliest(heap))
}

/** Adds to a heap whose first is the earliest. */
export function pushInOrder(heap: FlowRecord[], record: FlowRecord): void {
  let at = heap.push(record) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if ((heap[parent] as FlowRecord).startMs <= record.startMs) break
    heap[at] = heap[parent] as FlowRecord
    at = parent
  }
  heap[at] = record
}

/** Takes the earliest out of a heap that is not empty. */
export function popEarliest(heap: FlowRecord[]): FlowRecord {
  const first = heap[0] as FlowRecord
  const last = heap.pop() as FlowRecord
  if (heap.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && (heap[child + 1] as FlowRecord).startMs < (heap[child] as FlowRecord).startMs) child++
    if ((heap[child] as FlowRecord).startMs >= last.startMs) break
    heap[at] = heap[child] as FlowRecord
    at = child
  }
  heap[at] = last
  return first
}
