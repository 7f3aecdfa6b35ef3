/**
 * Whether what scores are worth has changed. ADWIN looks at how wrong probabilities were, verdict by verdict; after a change
 * only what came later teaches. Invariant: no analyst alone makes older verdicts be forgotten.
 */
import { createAdwin } from './adwin.js'
import { hasBoth, LEAST_EXAMPLES, splitByTime } from './choose.js'
import { calibrated, type Curve } from './curve.js'
import type { Example } from './example.js'

/** The mean moved so, as was noticed at that time (UTC milliseconds). */
export type Change = { readonly at: number; readonly before: number; readonly after: number }
/** Since the last change `width` numbers were seen, `mean` is theirs. */
export type Drift = { readonly seen: number; readonly width: number; readonly mean: number; readonly changes: readonly Change[] }
export type DriftWatch = { /** @param value 0..1; @param at UTC milliseconds, rising */ see(value: number, at: number): void; drift(): Drift }

export function createDriftWatch(): DriftWatch {
  const adwin = createAdwin()
  const changes: Change[] = []
  let seen = 0
  return {
    see(value, at) {
      const before = adwin.mean()
      seen += 1
      if (adwin.add(value)) changes.push({ at, before, after: adwin.mean() })
    },
    drift: () => ({ seen, width: adwin.width(), mean: adwin.mean(), changes: [...changes] }),
  }
}

/** Of the squared errors of a curve. @param examples in the order of time */
export function errorDrift(curve: Curve, examples: readonly Example[]): Drift {
  const watch = createDriftWatch()
  for (const { score, isAttack, at } of examples) watch.see((calibrated(curve, score) - (isAttack ? 1 : 0)) ** 2, at)
  return watch.drift()
}

/**
 * The examples since the curve's errors last changed, where they can teach: enough of them, and of both classes. All
 * examples otherwise, and where the change is one analyst's: who begins to lie looks like a change too.
 */
export function sinceChange(curve: Curve, examples: readonly Example[]): readonly Example[] {
  const { changes, width } = errorDrift(curve, examples)
  if (changes.length === 0) return examples
  const recent = examples.slice(-width)
  const { older, newest } = splitByTime(recent)
  const canTeach = recent.length >= LEAST_EXAMPLES && hasBoth(older) && hasBoth(newest)
  return canTeach && !isOneAnalysts(curve, examples, recent) ? recent : examples
}

/** Whether the errors of all others have not changed. A lone analyst is all there is. */
function isOneAnalysts(curve: Curve, examples: readonly Example[], recent: readonly Example[]): boolean {
  const reporters = new Set(recent.flatMap((example) => example.reporters))
  return reporters.size > 1 && [...reporters].some((one) => errorDrift(curve, examples.filter((example) => !isWordOf(one, example))).changes.length === 0)
}

const isWordOf = (reporter: string, { reporters }: Example): boolean => reporters.length === 1 && reporters[0] === reporter
