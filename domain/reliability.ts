/**
 * How good probabilities were, counted in bins of equal width: what was said of detections, and what was so. Brier score,
 * log-loss and expected calibration error come from these counts wherever they are shown.
 */
import { wilsonInterval } from './wilson-interval.js'

export const RELIABILITY_BINS = 15
/** A probability of 0 or 1 that was wrong would cost everything. */
const LEAST = 1e-6

type Sums = { judged: number; attacks: number; said: number }
export type Reliability = Sums & { readonly bins: readonly Sums[]; squaredError: number; logLoss: number }

const newSums = (): Sums => ({ judged: 0, attacks: 0, said: 0 })
export const newReliability = (): Reliability => ({ ...newSums(), bins: Array.from({ length: RELIABILITY_BINS }, newSums), squaredError: 0, logLoss: 0 })

/** Which of `count` equal parts of 0..1 a share lies in. */
export const binOf = (share: number, count: number): number => Math.min(Math.floor(share * count), count - 1)

/** @param p what was said: the probability of an attack, 0..1 */
export function addJudged(reliability: Reliability, p: number, isAttack: boolean): void {
  const truth = isAttack ? 1 : 0
  for (const sums of [reliability, reliability.bins[binOf(p, RELIABILITY_BINS)] as Sums]) {
    sums.judged += 1
    sums.attacks += truth
    sums.said += p
  }
  reliability.squaredError += (p - truth) ** 2
  reliability.logLoss -= Math.log(Math.max(LEAST, isAttack ? p : 1 - p))
}

/** Mean over what was judged; NaN where nothing was. */
export const brierScore = ({ squaredError, judged }: Reliability): number => squaredError / judged
export const meanLogLoss = ({ logLoss, judged }: Reliability): number => logLoss / judged
/** Expected calibration error; NaN where nothing was judged. */
export const calibrationError = ({ bins, judged }: Reliability): number => bins.reduce((sum, { said, attacks }) => sum + Math.abs(said - attacks), 0) / judged

/** One point of a reliability diagram. */
export type Bin = { readonly from: number; readonly to: number; readonly count: number; /** Means of what was said, and of what was so. */ readonly said: number; readonly was: number; /** 95 % Wilson interval of `was`. */ readonly low: number; readonly high: number }

export const binsOf = ({ bins }: Reliability): readonly Bin[] => bins.map(({ judged: count, said, attacks }, index): Bin => {
  const ends = { from: index / bins.length, to: (index + 1) / bins.length, count }
  if (count === 0) return { ...ends, said: 0, was: 0, low: 0, high: 1 }
  const [low, high] = wilsonInterval(attacks, count)
  return { ...ends, said: said / count, was: attacks / count, low, high }
})
