/** Median and median absolute deviation: a normal that a few attack windows cannot move. */

/** Median of a non-empty list, which is sorted by it: numbers sort natively, five times as fast as by a comparison. */
export function median(values: Float64Array): number {
  values.sort()
  const middle = values.length >> 1
  const upper = values[middle] as number
  return values.length % 2 === 1 ? upper : ((values[middle - 1] as number) + upper) / 2
}

export type Normal = { readonly median: number; readonly deviation: number }

/** Of a non-empty list, which is overwritten. */
export function normalOf(values: Float64Array): Normal {
  const centre = median(values)
  for (let i = 0; i < values.length; i++) values[i] = Math.abs((values[i] as number) - centre)
  return { median: centre, deviation: median(values) }
}

/** The median absolute deviation of a normal distribution is 0.6745 standard deviations (Iglewicz and Hoaglin 1993). */
const CONSISTENCY = 0.6745

/** Robust z-score; `floor` keeps a baseline without any spread from calling every change extreme. */
export const robustZ = (value: number, normal: Normal, floor: number): number =>
  CONSISTENCY * (value - normal.median) / Math.max(normal.deviation, floor)
