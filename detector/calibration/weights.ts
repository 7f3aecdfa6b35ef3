/**
 * How much each example counts. What was published by chance stands for all that were not (inverse propensity; only
 * looking at what was published made the Brier score worse than no calibration). And nobody who gives verdicts may weigh
 * more than a bounded share, however many he gives.
 */
import type { Example } from './example.js'

/** A single example never stands for more than this many. */
export const MOST_WEIGHT = 100
/** Largest share of the whole weight that one reporter has, where there are enough others. */
export const REPORTER_SHARE = 0.25
const ROUNDS = 50

export function weightsOf(examples: readonly Example[], share = REPORTER_SHARE): Float64Array {
  const base = Float64Array.from(examples, ({ propensity }) => Math.min(MOST_WEIGHT, 1 / propensity))
  const reporters = new Set(examples.flatMap((example) => example.reporters))
  // Of fewer reporters than shares each has an equal one; a lone reporter is all there is.
  const cap = Math.max(share, 1 / Math.max(1, reporters.size))
  const scale = new Map([...reporters].map((reporter) => [reporter, 1]))
  for (let round = 0; round < ROUNDS; round++) {
    const { byReporter, total } = sharesOf(examples, base, scale)
    let isEven = true
    for (const [reporter, weight] of byReporter) {
      if (weight <= cap * total * (1 + 1e-9)) continue
      isEven = false
      // What is left with the others decides how much a capped one may have.
      scale.set(reporter, (scale.get(reporter) as number) * (cap * (total - weight)) / ((1 - cap) * weight))
    }
    if (isEven) break
  }
  return Float64Array.from(examples, (example, i) => (base[i] as number) * trustIn(example, scale))
}

/** An example that several reporters agree on counts by the mean of what they count. */
function trustIn({ reporters }: Example, scale: ReadonlyMap<string, number>): number {
  if (reporters.length === 0) return 1
  return reporters.reduce((sum, reporter) => sum + (scale.get(reporter) as number), 0) / reporters.length
}

function sharesOf(examples: readonly Example[], base: Float64Array, scale: ReadonlyMap<string, number>): { readonly byReporter: ReadonlyMap<string, number>; readonly total: number } {
  const byReporter = new Map<string, number>()
  let total = 0
  examples.forEach(({ reporters }, i) => {
    for (const reporter of reporters) {
      const weight = (base[i] as number) * (scale.get(reporter) as number) / reporters.length
      byReporter.set(reporter, (byReporter.get(reporter) ?? 0) + weight)
      total += weight
    }
    if (reporters.length === 0) total += base[i] as number
  })
  return { byReporter, total }
}
