/** A calibration as the audit trail keeps it: what changed with measures before and after, or what was refused and why. */
import type { Outcome } from '../../detector/calibration/calibrate.js'
import { encodeCurve } from '../../detector/calibration/curve.js'
import type { Metrics } from '../../detector/calibration/metrics.js'
import type { Deed } from '../shared/operator-actions.js'

export function deedOf(outcome: Outcome): Deed {
  const deed = { action: 'calibrate', resource: 'ensemble' }
  if (outcome.kind === 'kept') return { ...deed, result: 'failure', reason: outcome.because, fields: { sentence: outcome.sentence } }
  const { method, standing, before, after, goldenRecall, forgotten } = outcome
  return {
    ...deed, result: 'success',
    fields: { method, curve: encodeCurve(standing.curve), threshold: String(standing.threshold), goldenRecall: String(goldenRecall), newestVerdicts: String(after.examples), forgottenVerdicts: String(forgotten), ...measures('before', before), ...measures('after', after) },
  }
}

const measures = (when: string, { brier, logLoss, ece }: Metrics): Record<string, string> =>
  Object.fromEntries(Object.entries({ Brier: brier, LogLoss: logLoss, Ece: ece }).map(([name, value]) => [`${when}${name}`, value.toFixed(6)]))
