/**
 * What the policies in force mean to a detector: floors for what is published, addresses, switched-off engines and
 * attacks, and stricter limits of verdicts. Read leniently: a policy that says nothing this detector understands changes
 * nothing, and is named, since policies also speak to others.
 */
import { z } from 'zod'
import type { PolicyInForce } from './policy-book.js'

export type ThresholdRule = {
  readonly policyId: string
  /** Both absent: every detection. */
  readonly attack?: string | undefined
  readonly threatType?: string | undefined
  readonly minConfidence: number
  readonly minSeverity: number
}

export type DetectorRules = {
  readonly thresholds: readonly ThresholdRule[]
  /** Address to the policy that names it. */
  readonly whitelist: ReadonlyMap<string, string>
  readonly blacklist: ReadonlyMap<string, string>
  /** Engine, check or `attack/NAME` that is switched off, to the policy that did it. */
  readonly switchedOff: ReadonlyMap<string, string>
  /** Least score at which a check fires, where it is above the check's own. */
  readonly leastScores: ReadonlyMap<string, number>
  /** Policies in force of which this detector understands nothing. */
  readonly notUnderstood: readonly string[]
}

export const NO_RULES: DetectorRules = { thresholds: [], whitelist: new Map(), blacklist: new Map(), switchedOff: new Map(), leastScores: new Map(), notUnderstood: [] }

const name = z.string().min(1).max(128)
const share = z.number().min(0).max(1)
const threshold = z.object({ attack: name.optional(), threatType: name.optional(), minConfidence: share.default(0), minSeverity: z.number().min(0).max(10).default(0) })
const addresses = z.object({ addresses: z.array(name).min(1).max(1000) })
const flag = z.object({ flag: name, enabled: z.boolean() })
const parameter = z.object({ model: name, param: z.literal('threshold'), value: share })

export function detectorRules(policies: readonly PolicyInForce[]): DetectorRules {
  const thresholds: ThresholdRule[] = []
  const whitelist = new Map<string, string>()
  const blacklist = new Map<string, string>()
  const switchedOff = new Map<string, string>()
  const leastScores = new Map<string, number>()
  const notUnderstood: string[] = []

  /** False where it says nothing that is understood. */
  function add({ policyId, ruleType, ruleData }: PolicyInForce): boolean {
    const data = parseJson(ruleData)
    switch (ruleType) {
      case 'threshold': {
        const said = threshold.safeParse(data)
        if (said.success) thresholds.push({ policyId, ...said.data })
        return said.success
      }
      case 'whitelist':
      case 'blacklist': {
        const said = addresses.safeParse(data)
        for (const address of said.data?.addresses ?? []) (ruleType === 'whitelist' ? whitelist : blacklist).set(address, policyId)
        return said.success
      }
      case 'feature_flag': {
        const said = flag.safeParse(data)
        if (said.data?.enabled === false) switchedOff.set(said.data.flag, policyId)
        else if (said.success) switchedOff.delete(said.data.flag)
        return said.success
      }
      case 'model_param': {
        const said = parameter.safeParse(data)
        if (said.success) leastScores.set(said.data.model, said.data.value)
        return said.success
      }
      default: return false
    }
  }
  for (const policy of policies) if (!add(policy)) notUnderstood.push(policy.policyId)
  return { thresholds, whitelist, blacklist, switchedOff, leastScores, notUnderstood }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
