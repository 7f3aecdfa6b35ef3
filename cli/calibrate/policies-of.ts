/** The policies that bring a calibration to detectors, all of them at one height. */
import { encodeCurve } from '../../detector/calibration/curve.js'
import type { Standing } from '../../detector/calibration/calibrate.js'
import { ANY } from '../../detector/policy/apply-rules.js'
import { CALIBRATION_PARAM, ENSEMBLE } from '../../detector/policy/detector-rules.js'

export const policiesOf = ({ curve, threshold }: Standing): readonly { readonly rule: string; readonly params: string }[] => [
  { rule: 'model_param', params: JSON.stringify({ model: ENSEMBLE, param: CALIBRATION_PARAM, value: encodeCurve(curve) }) },
  { rule: 'threshold', params: JSON.stringify({ kind: ANY, value: threshold }) },
]
