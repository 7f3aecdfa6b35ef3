/**
 * One decision from all engines' verdicts. Each rule is sensitive to one shape of attack, so an engine that sees nothing
 * does not outvote one that does; engines that agree add their evidence as log-odds.
 */
import { speaks, type EngineVerdict, type Finding, type Observation } from './engine.js'

export type Decision = {
  readonly observation: Observation
  readonly finding: Finding
  /** 0..1, after adding up the evidence of all fired verdicts. */
  readonly finalScore: number
  /** The log-odds behind finalScore. */
  readonly llr: number
  readonly confidence: number
  /** The probability that it is an attack, as verdicts taught it; present where a calibration is in force. */
  readonly calibratedScore?: number
  /** SHA-256 of that calibration. */
  readonly calibratorHash?: string
  readonly severity: number
  /** Every engine's verdict, fired or not. */
  readonly verdicts: readonly EngineVerdict[]
}

/** A verdict exactly at its limit: 3 to 1. The rules gave 0 false windows in 273 benign ones, so this is cautious. */
const BASE_LOG_ODDS = Math.log(3)
/** Scores are kept off 0 and 1, where log-odds are infinite. */
const SCORE_MARGIN = 1e-3
/** A decision that one engine family carries alone keeps this much of its score as confidence. */
const LONE_ENGINE_CONFIDENCE = 0.95

/** A decision needs at least one fired verdict with a finding; the strongest such verdict says what it is. */
export function decide(observation: Observation, verdicts: readonly EngineVerdict[]): Decision | undefined {
  const fired = verdicts.filter(speaks)
  const deciding = fired.filter((verdict) => verdict.finding !== undefined)
  if (deciding.length === 0) return undefined
  const strongest = deciding.reduce((best, next) => margin(next) > margin(best) ? next : best)
  const llr = BASE_LOG_ODDS + families(fired).reduce((sum, family) => sum + Math.max(...family.map(margin)), 0)
  const finalScore = 1 / (1 + Math.exp(-llr))
  const confidence = finalScore * (families(fired).length > 1 ? 1 : LONE_ENGINE_CONFIDENCE)
  const finding = strongest.finding as Finding
  return {
    observation, finding, verdicts,
    finalScore: round4(finalScore), llr: round4(llr), confidence: round4(confidence),
    severity: severityOf(finding, strongest.score),
  }
}

/** Verdicts of one engine look at the same numbers: only the strongest of a family counts as evidence. */
function families(fired: readonly EngineVerdict[]): readonly (readonly EngineVerdict[])[] {
  const byEngine = new Map<string, EngineVerdict[]>()
  for (const verdict of fired) {
    const engine = verdict.name.split('/')[0] as string
    byEngine.set(engine, [...(byEngine.get(engine) ?? []), verdict])
  }
  return [...byEngine.values()]
}

const logit = (p: number): number => Math.log(p / (1 - p))
const clampScore = (score: number): number => Math.min(1 - SCORE_MARGIN, Math.max(SCORE_MARGIN, score))
const margin = (verdict: EngineVerdict): number => Math.max(0, logit(clampScore(verdict.score)) - logit(clampScore(verdict.threshold)))
export const round4 = (value: number): number => Math.round(value * 1e4) / 1e4

const BASE_SEVERITY: Readonly<Record<Finding['threatType'], number>> = {
  ddos: 7, dos: 6, malware: 7, botnet: 7, c2: 7, network_intrusion: 4, policy_violation: 3, anomaly: 3,
}

/** 1-10: what kind of threat, plus two for each tenfold excess over the limit. */
export function severityOf(finding: Finding, score: number): number {
  const excess = 0.5 / (1 - clampScore(score))
  const severity = BASE_SEVERITY[finding.threatType] + 2 * Math.log10(Math.max(1, excess))
  return Math.min(10, Math.max(1, Math.round(severity)))
}
