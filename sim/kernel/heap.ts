/** A binary heap of what is to happen, ordered by time and then by the order in which it was planned. */
export type Planned = { readonly atMs: number; readonly sequence: number }

export type Heap<T extends Planned> = {
  push(entry: T): void
  /** The earliest entry, taken out. */
  pop(): T | undefined
  peek(): T | undefined
  readonly size: number
}

export function createHeap<T extends Planned>(): Heap<T> {
  const entries: T[] = []

  const isBefore = (a: T, b: T): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence)

  return {
    push(entry) {
      let at = entries.length
      entries.push(entry)
      while (at > 0) {
        const above = (at - 1) >> 1
        const parent = entries[above] as T
        if (!isBefore(entry, parent)) break
        entries[at] = parent
        at = above
      }
      entries[at] = entry
    },
    pop() {
      const first = entries[0]
      const last = entries.pop()
      if (first === undefined || last === undefined || entries.length === 0) return first
      let at = 0
      for (;;) {
        let below = 2 * at + 1
        if (below >= entries.length) break
        const right = below + 1
        if (right < entries.length && isBefore(entries[right] as T, entries[below] as T)) below = right
        const child = entries[below] as T
        if (!isBefore(child, last)) break
        entries[at] = child
        at = below
      }
      entries[at] = last
      return first
    },
    peek: () => entries[0],
    get size() {
      return entries.length
    },
  }
}
