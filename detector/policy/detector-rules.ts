/**
 * What the policies in force mean to a detector: floors for what is published, addresses, switched-off engines and
 * attacks, and stricter limits of verdicts. Which policies are in force is domain/policy's rule, the same that validators
 * execute. What a detector does not understand changes nothing, since policies also speak to others.
 */
import { BlockList, isIP } from 'node:net'
import type { Height } from '../../domain/ids.js'
import type { Policy } from '../../domain/policy/policy.js'
import type { ParamValue } from '../../domain/policy/change.js'
import { rulesOfPolicies } from '../../domain/policy/rules-at.js'
import { OPEN_REGISTRY, type ModelRegistry } from '../../domain/scoring/registry.js'
import { CurveError, decodeCurve, type Curve } from '../calibration/curve.js'

export type DetectorRules = {
  /** Least confidence of what is published, by attack or threat type. */
  readonly leastConfidence: ReadonlyMap<string, number>
  readonly leastSeverity: number
  readonly whitelist: AddressList
  readonly blacklist: AddressList
  /** Engines, checks and `attack.NAME` that are switched off. */
  readonly switchedOff: ReadonlySet<string>
  /** Least score at which a check fires, where it is above the check's own. */
  readonly leastScores: ReadonlyMap<string, number>
  /** What a final score is worth; undefined where no policy says. */
  readonly calibration: Curve | undefined
  /** Of what a threshold holds back, this share is published all the same, so that verdicts come to know it too. */
  readonly sampleShare: number
  /** Models whose scores the network takes. */
  readonly registry: ModelRegistry
}

export type AddressList = { readonly size: number; has(address: string): boolean }

const NOBODY: AddressList = { size: 0, has: () => false }
export const NO_RULES: DetectorRules = { leastConfidence: new Map(), leastSeverity: 0, whitelist: NOBODY, blacklist: NOBODY, switchedOff: new Set(), leastScores: new Map(), calibration: undefined, sampleShare: 0, registry: OPEN_REGISTRY }

/** @param policies in the order of the chain */
export function detectorRules(policies: readonly Policy[], height: Height): DetectorRules {
  if (policies.length === 0) return NO_RULES
  const { thresholds, flags, modelParams, whitelist, blacklist, registry } = rulesOfPolicies(policies, height)
  return {
    leastConfidence: new Map([...thresholds].filter(([kind]) => kind !== SEVERITY).map(([kind, value]) => [kind.replace(CONFIDENCE_SUFFIX, ''), value])),
    leastSeverity: thresholds.get(SEVERITY) ?? 0,
    whitelist: addressList(whitelist.addresses), blacklist: addressList(blacklist.addresses),
    switchedOff: new Set([...flags].filter(([, isOn]) => !isOn).map(([flag]) => flag)),
    leastScores: new Map([...modelParams].flatMap(([model, params]) => {
      const value = params.get('threshold')
      return typeof value === 'number' ? [[flagOf(model), value]] : []
    })),
    calibration: curveIn(modelParams.get(ENSEMBLE)?.get(CALIBRATION_PARAM)),
    sampleShare: shareIn(modelParams.get(ENSEMBLE)?.get(SAMPLE_PARAM)),
    registry,
  }
}

/** The policy `model_param` that carries a calibration: `{"model": "ensemble", "param": "calibration", "value": CURVE}`. */
export const ENSEMBLE = 'ensemble'
export const CALIBRATION_PARAM = 'calibration'
export const SAMPLE_PARAM = 'sample_share'
/** Whatever a policy says: a detector that published everything would flood whom it should warn. */
const MOST_SAMPLED = 0.05

const shareIn = (value: ParamValue | undefined): number => (typeof value === 'number' && value > 0 ? Math.min(MOST_SAMPLED, value) : 0)

function curveIn(value: ParamValue | undefined): Curve | undefined {
  if (typeof value !== 'string') return undefined
  try {
    return decodeCurve(value)
  } catch (error) {
    if (error instanceof CurveError) return undefined
    throw error
  }
}

const SEVERITY = 'severity'
/** The original calls some of its thresholds so. */
const CONFIDENCE_SUFFIX = /_confidence$/

/** A check's name as flags can spell it: `rules/R4` is `rules.R4`. */
export const flagOf = (check: string): string => check.replaceAll('/', '.')

/** Addresses and networks; texts that are neither hold nobody. */
function addressList(texts: ReadonlySet<string>): AddressList {
  const list = new BlockList()
  let size = 0
  for (const text of texts) {
    const [address, prefix] = text.split('/') as [string, string | undefined]
    const version = isIP(address)
    const bits = version === 4 ? 32 : 128
    const length = prefix === undefined ? bits : Number(prefix)
    if (version === 0 || length > bits) continue
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
    size += 1
  }
  return size === 0 ? NOBODY : { size, has: (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6') }
}
