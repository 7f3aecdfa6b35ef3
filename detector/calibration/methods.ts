/**
 * Three ways from scores to probabilities, from the stiffest to the freest: Platt's sigmoid with smoothed targets (Platt
 * 1999), beta calibration (Kull, Silva Filho and Flach 2017), and isotonic regression by pooling adjacent violators.
 */
import { curveThrough, MOST_KNOTS, rounded, type Curve, type Knot } from './curve.js'
import type { Example } from './example.js'
import { dot, fitLogistic, sigmoid } from './logistic.js'

export const METHODS = ['platt', 'beta', 'isotonic'] as const
export type Method = (typeof METHODS)[number]

/** Logarithms of 0 and 1 are kept finite. */
const MARGIN = 1e-6
const inside = (score: number): number => Math.min(1 - MARGIN, Math.max(MARGIN, score))
const logit = (score: number): number => Math.log(inside(score) / (1 - inside(score)))

/** @param examples at least one of each class; @param weights one an example */
export function fit(method: Method, examples: readonly Example[], weights: Float64Array): Curve {
  switch (method) {
    case 'platt': return fitPlatt(examples, weights)
    case 'beta': return fitBeta(examples, weights)
    case 'isotonic': return fitIsotonic(examples, weights)
  }
}

const scoresOf = (examples: readonly Example[]): readonly number[] => examples.map(({ score }) => score).sort((a, b) => a - b)

/** A falling fit would say that a high score means innocence: then scores say nothing, and the curve is flat. */
function fitPlatt(examples: readonly Example[], weights: Float64Array): Curve {
  const targets = smoothed(examples, weights)
  const features = examples.map(({ score }) => Float64Array.of(1, logit(score)))
  let [offset, slope] = fitLogistic({ features, targets, weights }) as unknown as [number, number]
  if (slope < 0) [offset, slope] = [fitLogistic({ features: features.map(() => Float64Array.of(1)), targets, weights })[0] as number, 0]
  return curveThrough(scoresOf(examples), (score) => sigmoid(offset + slope * logit(score)))
}

/** Platt's targets: as if one more example of each class had been seen. */
function smoothed(examples: readonly Example[], weights: Float64Array): Float64Array {
  let [attacks, others] = [0, 0]
  examples.forEach(({ isAttack }, i) => {
    if (isAttack) attacks += weights[i] as number
    else others += weights[i] as number
  })
  return Float64Array.from(examples, ({ isAttack }) => (isAttack ? (attacks + 1) / (attacks + 2) : 1 / (others + 2)))
}

/** Both slopes must rise; one that would fall is left out, as the authors do. */
function fitBeta(examples: readonly Example[], weights: Float64Array): Curve {
  const targets = Float64Array.from(examples, ({ isAttack }) => (isAttack ? 1 : 0))
  const columns: readonly ((score: number) => number)[] = [() => 1, (score) => Math.log(inside(score)), (score) => -Math.log(1 - inside(score))]
  let used = [0, 1, 2]
  for (;;) {
    const features = (score: number): Float64Array => Float64Array.from(used, (column) => (columns[column] as (score: number) => number)(score))
    const coefficients = fitLogistic({ features: examples.map(({ score }) => features(score)), targets, weights })
    const falling = used.find((column, i) => column > 0 && (coefficients[i] as number) < 0)
    if (falling === undefined) return curveThrough(scoresOf(examples), (score) => sigmoid(dot(coefficients, features(score))))
    used = used.filter((column) => column !== falling)
  }
}

type Pool = { weight: number; score: number; attack: number }

function fitIsotonic(examples: readonly Example[], weights: Float64Array): Curve {
  const pools: Pool[] = []
  for (const i of examples.map((_, index) => index).sort((a, b) => (examples[a] as Example).score - (examples[b] as Example).score)) {
    const { score, isAttack } = examples[i] as Example
    const weight = weights[i] as number
    pools.push({ weight, score, attack: isAttack ? 1 : 0 })
    // Equal scores are one point, and a pool that lies above the next one joins it.
    for (let last = pools.at(-1), before = pools.at(-2); last !== undefined && before !== undefined && (before.score === last.score || before.attack >= last.attack); last = pools.at(-1), before = pools.at(-2)) {
      pools.pop()
      join(before, last)
    }
  }
  return rounded(grouped(pools).map(smoothEnds))
}

function join(into: Pool, other: Pool): void {
  const weight = into.weight + other.weight
  into.score = (into.score * into.weight + other.score * other.weight) / weight
  into.attack = (into.attack * into.weight + other.attack * other.weight) / weight
  into.weight = weight
}

/** As many pools as a curve has knots, by joining the lightest neighbours. */
function grouped(pools: readonly Pool[]): readonly Pool[] {
  const left = pools.map((pool) => ({ ...pool }))
  while (left.length > MOST_KNOTS) {
    let lightest = 0
    for (let i = 1; i < left.length - 1; i++) if (pairWeight(left, i) < pairWeight(left, lightest)) lightest = i
    join(left[lightest] as Pool, left[lightest + 1] as Pool)
    left.splice(lightest + 1, 1)
  }
  return left
}

const pairWeight = (pools: readonly Pool[], i: number): number => (pools[i] as Pool).weight + (pools[i + 1] as Pool).weight

/** Nobody is sure after a finite number of examples: a pool without a counter-example is as if half a one had been seen. */
const smoothEnds = ({ weight, score, attack }: Pool): Knot => ({ score, probability: (attack * weight + 0.5) / (weight + 1) })
