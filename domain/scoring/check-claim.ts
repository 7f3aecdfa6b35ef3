/** Does the model say what the claim says it says? Bit by bit: both sides do the same sums in the same order. */
import { isConsistent } from './consistent-vector.js'
import { bitsOf } from './double-bits.js'
import type { ScoreClaim } from './score-claim.js'
import type { ScoringModel } from './scoring-model.js'

export type ClaimFault = { readonly field: string; readonly reason: string }

/**
 * Undefined where every bit is the model's. Two finite doubles have the same bits exactly where Object.is says that they
 * are the same. `model` is the one whose hash the claim names.
 */
export function claimFault(claim: ScoreClaim, model: ScoringModel): ClaimFault | undefined {
  if (!isSame(claim.features, model.features)) return fault('features', 'are not the features of the model, in its order')
  if (!isConsistent(claim.featureSchema, claim.vector)) return fault('vector', 'holds features that do not follow from its own counts')
  const { margin, bias, byFeature, rounding } = model.score(claim.vector)
  if (!Object.is(margin, claim.rawMargin)) return differs('raw_margin', claim.rawMargin, margin)
  if (!Object.is(bias, claim.bias)) return differs('bias', claim.bias, bias)
  if (!Object.is(rounding, claim.rounding)) return differs('rounding', claim.rounding, rounding)
  const wrong = claim.contributions.findIndex((said, i) => !Object.is(said, byFeature[i]))
  return wrong === -1 ? undefined : differs('contributions', claim.contributions[wrong] as number, byFeature[wrong] as number)
}

const differs = (field: string, said: number, found: number): ClaimFault => fault(field, `say ${bitsOf(said)} where the model gives ${bitsOf(found)}`)
const fault = (field: string, reason: string): ClaimFault => ({ field: `payload.score_claim.${field}`, reason })

const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((name, i) => name === b[i])
