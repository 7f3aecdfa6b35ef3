/**
 * A calibrator as everybody applies it: a few points and straight lines between them, never falling. Whatever method
 * found it, the same table is what a policy carries, so no two machines can disagree about a logarithm.
 */
export type Knot = { readonly score: number; readonly probability: number }
/** At least one knot, scores ascending, probabilities never falling. */
export type Curve = readonly Knot[]

export const IDENTITY: Curve = [{ score: 0, probability: 0 }, { score: 1, probability: 1 }]
/** As many as fit the 256 characters of a policy's value. */
export const MOST_KNOTS = 16
const DIGITS = 4
const LONGEST_TEXT = 256

export class CurveError extends Error {
  readonly code = 'BAD_CURVE'
  constructor(readonly field: string, reason: string) {
    super(`calibration ${field}: ${reason}`)
    this.name = 'CurveError'
  }
}

/** The probability that a detection with this score is an attack. */
export function calibrated(curve: Curve, score: number): number {
  const first = curve[0] as Knot
  if (score <= first.score) return first.probability
  for (let i = 1; i < curve.length; i++) {
    const [below, above] = [curve[i - 1] as Knot, curve[i] as Knot]
    if (score <= above.score) return below.probability + (above.probability - below.probability) * (score - below.score) / (above.score - below.score)
  }
  return (curve.at(-1) as Knot).probability
}

/**
 * Any rising function as a curve, at points that leave an equal number of scores between them.
 * @param scores ascending, at least one
 */
export function curveThrough(scores: readonly number[], probabilityOf: (score: number) => number): Curve {
  const picked = Array.from({ length: MOST_KNOTS }, (_, i) => scores[Math.round(i * (scores.length - 1) / (MOST_KNOTS - 1))] as number)
  return rounded(picked.map((score) => ({ score, probability: probabilityOf(score) })))
}

/** As it is written down; knots that fall together are one, and what rounding let fall is lifted. */
export function rounded(knots: readonly Knot[]): Curve {
  const curve: { score: number; probability: number }[] = []
  for (const knot of knots) {
    const [score, probability] = [round(knot.score), round(Math.min(1, Math.max(0, knot.probability)))]
    const last = curve.at(-1)
    if (last !== undefined && score <= last.score) last.probability = Math.max(last.probability, probability)
    else curve.push({ score, probability: Math.max(probability, last?.probability ?? 0) })
  }
  return curve
}

const round = (value: number): number => Math.round(value * 10 ** DIGITS) / 10 ** DIGITS

export const encodeCurve = (curve: Curve): string => curve.map(({ score, probability }) => `${score}:${probability}`).join(',')

/** Throws CurveError. */
export function decodeCurve(text: string): Curve {
  if (text.length > LONGEST_TEXT) throw new CurveError('text', `has ${text.length} characters, at most ${LONGEST_TEXT} are read`)
  const curve = text.split(',').map((knot, i): Knot => {
    const match = /^(0|1|0\.\d{1,4}):(0|1|0\.\d{1,4})$/.exec(knot)
    if (match === null) throw new CurveError(`knot ${i}`, `"${knot}" is not SCORE:PROBABILITY with at most four decimals, both from 0 to 1`)
    return { score: Number(match[1]), probability: Number(match[2]) }
  })
  curve.forEach((knot, i) => {
    const before = curve[i - 1]
    if (before === undefined) return
    if (knot.score <= before.score) throw new CurveError(`knot ${i}`, `score ${knot.score} does not come after ${before.score}`)
    if (knot.probability < before.probability) throw new CurveError(`knot ${i}`, `probability falls from ${before.probability} to ${knot.probability}`)
  })
  return curve
}
