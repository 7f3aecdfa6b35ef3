/** What calibration and threshold the policies in force give to detectors, and when they last changed. */
import type { Genesis } from '../../domain/genesis.js'
import type { RulesInForce } from '../../domain/policy/rules-at.js'
import { CurveError, decodeCurve, IDENTITY } from '../../detector/calibration/curve.js'
import { LEAST_THRESHOLD, type Standing } from '../../detector/calibration/calibrate.js'
import { ANY } from '../../detector/policy/apply-rules.js'
import { CALIBRATION_PARAM, ENSEMBLE } from '../../detector/policy/detector-rules.js'
import type { EventLog } from '../../eventlog/log.js'
import { readPolicies, type PolicyLine } from '../policy/read-policies.js'

/** Switched off, nothing is fitted. */
export const CALIBRATION_FLAG = 'calibration'

export type StandingRead = { readonly standing: Standing; readonly isFrozen: boolean }

export async function readStanding(log: Pick<EventLog, 'readAll'>, genesis: Genesis): Promise<StandingRead> {
  const { policies, rules } = await readPolicies(log, genesis)
  const { curve, threshold } = standingIn(rules)
  return {
    standing: {
      curve: curve === undefined ? IDENTITY : decodeCurve(curve), threshold,
      changedAt: Math.max(0, ...policies.filter(isOurLine).map(({ at }) => at)),
    },
    isFrozen: rules.flags.get(CALIBRATION_FLAG) === false,
  }
}

/** Least probability that is published, and the curve, as policies write it; undefined where scores stay as they are. */
export function standingIn({ thresholds, modelParams }: Pick<RulesInForce, 'thresholds' | 'modelParams'>): { readonly threshold: number; readonly curve: string | undefined } {
  const curve = modelParams.get(ENSEMBLE)?.get(CALIBRATION_PARAM)
  return { threshold: thresholds.get(ANY) ?? LEAST_THRESHOLD, curve: typeof curve === 'string' && isCurve(curve) ? curve : undefined }
}

/** A curve that detectors cannot read changes nothing there, and stands for nothing here. */
function isCurve(text: string): boolean {
  try {
    decodeCurve(text)
    return true
  } catch (error) {
    if (error instanceof CurveError) return false
    throw error
  }
}

/** Whether a policy speaks of the calibration or of the threshold that goes with it. */
export const isOurs = (rule: PolicyLine['rule'], params: string): boolean =>
  (rule === 'model_param' ? params.includes(`"${CALIBRATION_PARAM}"`) : rule === 'threshold' && params.includes(`"${ANY}"`))

const isOurLine = ({ state, rule, params }: PolicyLine): boolean => (state === 'in-force' || state === 'ended') && isOurs(rule, params)
