/**
 * Where rules meet detections: which verdicts count, and which incidents are told. A blacklisted address is told whatever
 * the thresholds say; a whitelisted one is not told at all, since the network agreed on both and the second is the
 * narrower statement.
 */
import type { EngineVerdict } from '../engines/engine.js'
import { evidenceOf } from '../incidents/evidence.js'
import type { Incident } from '../incidents/incident-book.js'
import type { DetectorRules } from './detector-rules.js'

/** Why an incident is not published. */
export type Silence = { readonly reason: 'whitelist' | 'switched-off' | 'confidence' | 'severity'; readonly policyId: string }

/** Verdicts as the rules leave them: those of what is switched off are gone, stricter limits hold. */
export function ruledVerdicts(verdicts: readonly EngineVerdict[], { switchedOff, leastScores }: DetectorRules): readonly EngineVerdict[] {
  if (switchedOff.size === 0 && leastScores.size === 0) return verdicts
  return verdicts.filter(({ name }) => !switchedOff.has(name) && !switchedOff.has(engineOf(name))).map((verdict) => {
    const least = leastScores.get(verdict.name) ?? leastScores.get(engineOf(verdict.name))
    return least === undefined || least <= verdict.threshold ? verdict : { ...verdict, threshold: least, fired: verdict.fired && verdict.score >= least }
  })
}

const engineOf = (name: string): string => name.split('/')[0] as string

/** Undefined: publish it. */
export function silenceOf({ decision }: Incident, { thresholds, whitelist, blacklist, switchedOff }: DetectorRules): Silence | undefined {
  const { finding, confidence, severity } = decision
  const off = switchedOff.get(`attack/${finding.attack}`)
  if (off !== undefined) return { reason: 'switched-off', policyId: off }
  if (whitelist.size > 0 || blacklist.size > 0) {
    // A finding names a source only where there is one: one known host among many sources does not excuse a flood.
    const white = whitelist.get(finding.source) ?? whitelist.get(finding.target)
    if (white !== undefined) return { reason: 'whitelist', policyId: white }
    const involved = [finding.source, finding.target, ...evidenceOf(decision).topSources.map(({ address }) => address)]
    if (involved.some((address) => blacklist.has(address))) return undefined
  }
  for (const { policyId, attack, threatType, minConfidence, minSeverity } of thresholds) {
    if ((attack !== undefined && attack !== finding.attack) || (threatType !== undefined && threatType !== finding.threatType)) continue
    if (confidence < minConfidence) return { reason: 'confidence', policyId }
    if (severity < minSeverity) return { reason: 'severity', policyId }
  }
  return undefined
}
