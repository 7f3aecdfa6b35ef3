/** A model as whoever re-scores needs it: a pure function of a vector, known by the hash of its file. */
import type { Contributions } from '../models/contributions.js'
import type { ScoreClaim } from './score-claim.js'

export type ScoringModel = {
  /** SHA-256 of the bytes of its file, hex. */
  readonly modelHash: string
  readonly features: readonly string[]
  /** What this machine makes of the model's golden vectors, see golden.ts. */
  readonly goldenResult: string
  /** Sums, differences and comparisons of doubles in one order: the same bits on every machine. */
  score(vector: Float64Array): Contributions
}

/** Undefined where the bytes of that model are not held here. */
export type FindModel = (modelHash: string) => ScoringModel | undefined

/** What an honest detector says of a vector. */
export function claimScore({ modelHash, features, score }: ScoringModel, featureSchema: string, vector: Float64Array): ScoreClaim {
  const { margin, bias, byFeature, rounding } = score(vector)
  return { modelHash, featureSchema, features, vector, rawMargin: margin, bias, contributions: byFeature, rounding }
}
