/** How good the probabilities of a curve are. */
import { addJudged, binsOf, brierScore, calibrationError, meanLogLoss, newReliability, type Bin } from '../../domain/reliability.js'
import { calibrated, type Curve } from './curve.js'
import type { Example } from './example.js'

export type Metrics = { readonly examples: number; readonly brier: number; readonly logLoss: number; /** Expected calibration error. */ readonly ece: number; readonly bins: readonly Bin[] }

export function metricsOf(curve: Curve, examples: readonly Pick<Example, 'score' | 'isAttack'>[]): Metrics {
  const reliability = newReliability()
  for (const { score, isAttack } of examples) addJudged(reliability, calibrated(curve, score), isAttack)
  return { examples: reliability.judged, brier: brierScore(reliability), logLoss: meanLogLoss(reliability), ece: calibrationError(reliability), bins: binsOf(reliability) }
}
