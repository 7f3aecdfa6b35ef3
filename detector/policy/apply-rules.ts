/**
 * Where rules meet detections: which verdicts count, and which incidents are told. A blacklisted address is told whatever
 * the thresholds say; a whitelisted one is not told at all, since the network agreed on both and the second is the
 * narrower statement.
 */
import { unknownModel } from '../../domain/scoring/registry.js'
import { calibrated } from '../calibration/curve.js'
import { calibratorHash } from '../incidents/hashes.js'
import type { EngineVerdict } from '../engines/engine.js'
import { round4 } from '../engines/ensemble.js'
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

/** A threshold of this kind is for whatever was found. */
export const ANY = 'any'

export type Told = { readonly kind: 'told'; readonly incident: Incident } | { readonly kind: 'silenced'; readonly reason: Silence['reason'] }

/**
 * The incident as it is published, or why it is not. With a calibration in force its confidence is a probability, which
 * is what it says and what thresholds ask for. Of what a threshold holds back the lot chooses a few to be published all the
 * same: verdicts on nothing but what was published teach nothing of the rest, and the chance is what they are weighted by.
 * @param draw evenly from 0 to 1
 */
export function toldOf(incident: Incident, rules: DetectorRules, draw: () => number): Told {
  const judged = withTakenClaim(calibratedIncident(incident, rules), rules)
  const silence = silenceOf(judged, rules)
  if (silence === undefined) return { kind: 'told', incident: judged }
  if (silence.reason !== 'confidence' || draw() >= rules.sampleShare) return { kind: 'silenced', reason: silence.reason }
  return { kind: 'told', incident: { ...judged, sampleShare: rules.sampleShare } }
}

/** A claim of a model that the network does not take would cost the whole anomaly. */
function withTakenClaim(incident: Incident, { registry }: DetectorRules): Incident {
  const { scoreClaim, ...rest } = incident
  return scoreClaim !== undefined && unknownModel(scoreClaim, registry) !== undefined ? rest : incident
}

function calibratedIncident(incident: Incident, { calibration }: DetectorRules): Incident {
  if (calibration === undefined) return incident
  const calibratedScore = round4(calibrated(calibration, incident.decision.finalScore))
  return { ...incident, decision: { ...incident.decision, confidence: calibratedScore, calibratedScore, calibratorHash: calibratorHash(calibration) } }
}

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
  const least = Math.max(...[finding.attack, finding.threatType, ANY].map((kind) => leastConfidence.get(kind) ?? 0))
  if (confidence < least) return { reason: 'confidence' }
  return severity < leastSeverity ? { reason: 'severity' } : undefined
}
