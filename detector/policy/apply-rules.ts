/**
 * Where rules meet detections: which verdicts count, and which incidents are told. A blacklisted address is told whatever
 * the thresholds say; a whitelisted one is not told at all, since the network agreed on both and the second is the
 * narrower statement.
 */
import type { EngineVerdict } from '../engines/engine.js'
import { evidenceOf } from '../incidents/evidence.js'
import type { Incident } from '../incidents/incident-book.js'
import { flagOf, type DetectorRules } from './detector-rules.js'

/** Why an incident is not published. */
export type Silence = { readonly reason: 'whitelist' | 'switched-off' | 'confidence' | 'severity' }

/** Verdicts as the rules leave them: those of what is switched off are gone, stricter limits hold. */
export function ruledVerdicts(verdicts: readonly EngineVerdict[], { switchedOff, leastScores }: DetectorRules): readonly EngineVerdict[] {
  if (switchedOff.size === 0 && leastScores.size === 0) return verdicts
  return verdicts.filter(({ name }) => !switchedOff.has(flagOf(name)) && !switchedOff.has(engineOf(name))).map((verdict) => {
    const least = leastScores.get(flagOf(verdict.name)) ?? leastScores.get(engineOf(verdict.name))
    return least === undefined || least <= verdict.threshold ? verdict : { ...verdict, threshold: least, fired: verdict.fired && verdict.score >= least }
  })
}

const engineOf = (name: string): string => name.split('/')[0] as string

/** Undefined: publish it. */
export function silenceOf({ decision }: Incident, { leastConfidence, leastSeverity, whitelist, blacklist, switchedOff }: DetectorRules): Silence | undefined {
  const { finding, confidence, severity } = decision
  if (switchedOff.has(`attack.${finding.attack}`)) return { reason: 'switched-off' }
  // A finding names a source only where there is one: one known host among many sources does not excuse a flood.
  if (whitelist.has(finding.source) || whitelist.has(finding.target)) return { reason: 'whitelist' }
  if (blacklist.size > 0) {
    const involved = [finding.source, finding.target, ...evidenceOf(decision).topSources.map(({ address }) => address)]
    if (involved.some((address) => blacklist.has(address))) return undefined
  }
  const least = Math.max(leastConfidence.get(finding.attack) ?? 0, leastConfidence.get(finding.threatType) ?? 0)
  if (confidence < least) return { reason: 'confidence' }
  return severity < leastSeverity ? { reason: 'severity' } : undefined
}
