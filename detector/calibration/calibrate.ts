/**
 * One step of calibration: from verdicts to a new curve and a new threshold, or to the reason why all stays as it is.
 * Pure. Whoever controls verdicts gets no further than these guards let him: a curve that is worse on the newest verdicts
 * than the one in force is not taken, nor one under which known attacks would no longer be published; the threshold moves
 * by little an hour; and a switch stops all of it.
 */
import { choose, hasBoth, LEAST_EXAMPLES, splitByTime } from './choose.js'
import { calibrated, encodeCurve, type Curve } from './curve.js'
import { sinceChange } from './drift.js'
import type { Example } from './example.js'
import type { Method } from './methods.js'
import { metricsOf, type Metrics } from './metrics.js'

/** Detections whose truth is beyond dispute, replayed at every change. */
export type GoldenExample = Pick<Example, 'score' | 'isAttack'>

export type Standing = { readonly curve: Curve; /** Least calibrated probability that is published. */ readonly threshold: number; /** UTC milliseconds of the last change. */ readonly changedAt: number }

export type Rules = {
  readonly golden: readonly GoldenExample[]
  /** Least share of golden attacks that must stay above the threshold. */
  readonly recallFloor: number
  /** What the operators want the precision of what is published to be; the threshold strives for it. */
  readonly wantedPrecision: number
  readonly isFrozen: boolean
}

export const DEFAULT_RULES = { recallFloor: 0.95, wantedPrecision: 0.9, isFrozen: false } as const
export const MOST_MOVE_AN_HOUR = 0.02
export const LEAST_THRESHOLD = 0.5
export const MOST_THRESHOLD = 0.99
const HOUR_MS = 3_600_000

export type KeptBecause = 'FROZEN' | 'TOO_FEW' | 'ONE_CLASS' | 'WORSE_ON_NEWEST' | 'GOLDEN_RECALL' | 'NO_CHANGE'

export type Outcome =
  | { readonly kind: 'changed'; readonly method: Method; readonly standing: Standing; readonly before: Metrics; readonly after: Metrics; readonly goldenRecall: number; /** Older verdicts that were left out because what scores are worth has changed since. */ readonly forgotten: number }
  | { readonly kind: 'kept'; readonly because: KeptBecause; readonly sentence: string; readonly standing: Standing }

/** @param all in the order of time; @param now UTC milliseconds */
export function calibrate(all: readonly Example[], standing: Standing, rules: Rules, now: number): Outcome {
  const keep = (because: KeptBecause, sentence: string): Outcome => ({ kind: 'kept', because, sentence, standing })
  if (rules.isFrozen) return keep('FROZEN', 'calibration is frozen; nothing changes until the switch is taken back')
  const examples = sinceChange(standing.curve, all)
  if (examples.length < LEAST_EXAMPLES) return keep('TOO_FEW', `${examples.length} judged detections are too few, ${LEAST_EXAMPLES} are needed`)
  const { older, newest } = splitByTime(examples)
  if (!hasBoth(older) || !hasBoth(newest)) return keep('ONE_CLASS', 'attacks and false alarms are both needed, among the newest fifth and among those before')

  const { method, curve, trial } = choose(examples)
  const [before, after] = [metricsOf(standing.curve, newest), metricsOf(trial, newest)]
  if (after.brier > before.brier) {
    return keep('WORSE_ON_NEWEST', `on the newest ${newest.length} verdicts the new curve has a Brier score of ${after.brier.toFixed(4)}, the one in force ${before.brier.toFixed(4)}`)
  }
  const threshold = nextThreshold(standing, curve, examples, rules, now)
  const goldenRecall = recallOf(curve, threshold, rules.golden)
  if (goldenRecall < rules.recallFloor) {
    return keep('GOLDEN_RECALL', `of the golden attacks ${(goldenRecall * 100).toFixed(1)} % would be published, the floor is ${(rules.recallFloor * 100).toFixed(1)} %`)
  }
  if (encodeCurve(curve) === encodeCurve(standing.curve) && threshold === standing.threshold) return keep('NO_CHANGE', 'the verdicts say what the curve in force says')
  return { kind: 'changed', method, standing: { curve, threshold, changedAt: now }, before, after, goldenRecall, forgotten: all.length - examples.length }
}

/** Share of golden attacks that would be published; 1 where there is none to lose. */
export function recallOf(curve: Curve, threshold: number, golden: readonly GoldenExample[]): number {
  const attacks = golden.filter(({ isAttack }) => isAttack)
  return attacks.length === 0 ? 1 : attacks.filter(({ score }) => calibrated(curve, score) >= threshold).length / attacks.length
}

/** Towards the lowest threshold whose precision is wanted, but no further than an hour allows, and never below the golden floor. */
function nextThreshold(standing: Standing, curve: Curve, examples: readonly Example[], rules: Rules, now: number): number {
  const most = MOST_MOVE_AN_HOUR * Math.max(0, Math.min(1, (now - standing.changedAt) / HOUR_MS))
  const wanted = wantedThreshold(curve, examples, rules.wantedPrecision) ?? standing.threshold
  const moved = standing.threshold + Math.min(most, Math.max(-most, wanted - standing.threshold))
  return cents(Math.min(MOST_THRESHOLD, Math.max(LEAST_THRESHOLD, moved)))
}

/** Undefined where no threshold reaches it. */
function wantedThreshold(curve: Curve, examples: readonly Example[], precision: number): number | undefined {
  const judged = examples.map(({ score, isAttack }) => ({ p: calibrated(curve, score), isAttack })).sort((a, b) => b.p - a.p)
  let attacks = 0
  let lowest: number | undefined
  judged.forEach(({ p, isAttack }, i) => {
    if (isAttack) attacks += 1
    if (judged[i + 1]?.p !== p && attacks / (i + 1) >= precision) lowest = p
  })
  return lowest
}

/** Thresholds are written with two decimals. */
const cents = (value: number): number => Math.round(value * 100) / 100
