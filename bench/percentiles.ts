/** Order statistics of measured values: nearest rank, so every figure printed is one that was measured. */

export type Summary = { readonly count: number; readonly mean: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }

const EMPTY: Summary = { count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 }

/** The smallest value that at least `share` (0 to 1) of the values do not exceed. `sorted` rises and is not empty. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] as number
}

/** All zeros for no values: `count` tells the two apart. */
export function summarise(values: ArrayLike<number>): Summary {
  if (values.length === 0) return EMPTY
  const sorted = Float64Array.from(values).sort()
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return { count: sorted.length, mean, p50: percentile(sorted, 0.5), p90: percentile(sorted, 0.9), p99: percentile(sorted, 0.99), max: percentile(sorted, 1) }
}
