/** Median and median absolute deviation: a normal that a few attack windows cannot move. */

/** Median of a non-empty list; the list is not changed. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

export type Normal = { readonly median: number; readonly deviation: number }

export function normalOf(values: readonly number[]): Normal {
  const centre = median(values)
  return { median: centre, deviation: median(values.map((value) => Math.abs(value - centre))) }
}

/** The median absolute deviation of a normal distribution is 0.6745 standard deviations (Iglewicz and Hoaglin 1993). */
const CONSISTENCY = 0.6745

/** Robust z-score; `floor` keeps a baseline without any spread from calling every change extreme. */
export const robustZ = (value: number, normal: Normal, floor: number): number =>
  CONSISTENCY * (value - normal.median) / Math.max(normal.deviation, floor)
