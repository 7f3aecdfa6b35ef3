/** Count, sum, extremes and sample variance of a stream of numbers, in constant space (Welford's method). */

export type RunningStats = { count: number; sum: number; min: number; max: number; mean: number; squares: number }

export const newStats = (): RunningStats => ({ count: 0, sum: 0, min: 0, max: 0, mean: 0, squares: 0 })

/** Stands for "nothing observed yet". Most flows of a flood have one packet: statistics of their own would fill the memory. */
export const NO_STATS: Readonly<RunningStats> = Object.freeze(newStats())

/** Observes into statistics that begin with the first value: keep what is returned. */
export function observeLazily(stats: Readonly<RunningStats>, value: number): Readonly<RunningStats> {
  const own = stats === NO_STATS ? newStats() : stats
  observe(own, value)
  return own
}

export function observe(stats: RunningStats, value: number): void {
  stats.min = stats.count === 0 ? value : Math.min(stats.min, value)
  stats.max = stats.count === 0 ? value : Math.max(stats.max, value)
  stats.count += 1
  stats.sum += value
  const difference = value - stats.mean
  stats.mean += difference / stats.count
  stats.squares += difference * (value - stats.mean)
}

/** Sample variance (n - 1), as CICFlowMeter computes it; 0 below two values. */
export const variance = (stats: Readonly<RunningStats>): number => stats.count < 2 ? 0 : stats.squares / (stats.count - 1)
export const deviation = (stats: Readonly<RunningStats>): number => Math.sqrt(variance(stats))
