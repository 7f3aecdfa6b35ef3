/** Counts how often each value occurs, for a bounded number of distinct values; the rest is counted together. */

export type Tally<T> = {
  readonly counts: Map<T, number>
  total: number
  /** Occurrences of values that found no room: distinct counts and entropies are lower bounds when this is not 0. */
  overflow: number
}

export const newTally = <T>(): Tally<T> => ({ counts: new Map(), total: 0, overflow: 0 })

export function tally<T>(into: Tally<T>, value: T, capacity: number, times = 1): void {
  const before = into.counts.get(value)
  if (before === undefined && into.counts.size >= capacity) into.overflow += times
  else into.counts.set(value, (before ?? 0) + times)
  into.total += times
}

/** Shannon entropy in bits; the overflow counts as one value. */
export function entropyBits<T>(of: Tally<T>): number {
  if (of.total === 0) return 0
  let sum = 0
  for (const count of of.counts.values()) sum -= (count / of.total) * Math.log2(count / of.total)
  if (of.overflow > 0) sum -= (of.overflow / of.total) * Math.log2(of.overflow / of.total)
  return Math.max(0, sum)
}

/** The `limit` most frequent values, most frequent first; ties in order of first sight. */
export function most<T>(of: Tally<T>, limit: number): readonly { readonly value: T; readonly count: number }[] {
  return [...of.counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count).slice(0, limit)
}
