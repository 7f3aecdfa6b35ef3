/** The payload of an anomaly: canonical JSON, bounded in size, with the predecessor's field names first. */
import { canonicalJsonBytes, type Json } from '../../domain/canonical-json.js'
import { scoreClaimJson, type ScoreClaim } from '../../domain/scoring/score-claim.js'
import { speaks, type EngineVerdict, type LearnedNormal, type ModelOpinion } from '../engines/engine.js'
import type { Provenance } from '../sources/records.js'
import { evidenceOf, type Evidence } from './evidence.js'
import { featureNamesHash, RULESET_HASH } from './hashes.js'
import type { Incident } from './incident-book.js'
import { round6 } from './round6.js'
import { sampledRecordsOf, type SampledRecords } from './sampled-records.js'
import { techniquesOf } from './techniques.js'

export const MAX_PAYLOAD_BYTES = 32 * 1024
const MAX_VERDICTS = 32
const MAX_OPINIONS = 8
const MAX_SENTENCE_CHARACTERS = 300

/** What the pipeline hands to whoever signs and publishes. `severity` and `confidence` are also in the payload. */
export type AnomalyDraft = {
  anomalyId: string
  type: string
  source: string
  severity: number
  confidence: number
  payload: Uint8Array
  modelVersion: string
  detectedAtMs: number
}

export type DraftContext = {
  /** Name of the sensor, for the envelope. */
  readonly source: string
  readonly modelVersion: string
  readonly detectedAtMs: number
}

export function draftOf(incident: Incident, context: DraftContext): AnomalyDraft {
  const { decision, anomalyId } = incident
  return {
    anomalyId, type: decision.finding.threatType, source: context.source,
    severity: decision.severity, confidence: decision.confidence,
    payload: payloadBytes(incident, context),
    modelVersion: context.modelVersion, detectedAtMs: context.detectedAtMs,
  }
}

type Parts = {
  readonly evidence: Evidence
  readonly records: SampledRecords | undefined
  readonly scoreClaim: ScoreClaim | undefined
  readonly opinions: readonly ModelOpinion[]
  /** How many of each kind the payload does not hold for its size. */
  readonly omitted: { readonly [kind: string]: number }
}

/** What can be left out, what is missed least first: the decision and its reasons are worth more than any of it. */
const CUTS: readonly ((parts: Parts) => Parts)[] = [
  (parts) => ({ ...parts, omitted: { ...parts.omitted, records: parts.records?.records.length ?? 0 }, records: parts.records === undefined ? undefined : { ...parts.records, records: [] } }),
  (parts) => ({ ...parts, omitted: { ...parts.omitted, features: Object.keys(parts.evidence.features).length }, evidence: { ...parts.evidence, features: {} } }),
  (parts) => ({ ...parts, omitted: { ...parts.omitted, model_opinions: parts.opinions.length }, opinions: [] }),
  (parts) => ({ ...parts, omitted: { ...parts.omitted, score_claim: parts.scoreClaim === undefined ? 0 : 1 }, scoreClaim: undefined }),
]

function payloadBytes(incident: Incident, context: DraftContext): Uint8Array {
  const { decision, scoreClaim, opinions = [] } = incident
  const spare = decision.verdicts.length - MAX_VERDICTS
  let parts: Parts = { evidence: evidenceOf(decision), records: sampledRecordsOf(decision.observation), scoreClaim, opinions: opinions.slice(0, MAX_OPINIONS), omitted: spare > 0 ? { verdicts: spare } : {} }
  let bytes = canonicalJsonBytes(payloadOf(incident, context, parts))
  for (const cut of CUTS) {
    if (bytes.length <= MAX_PAYLOAD_BYTES) break
    parts = cut(parts)
    bytes = canonicalJsonBytes(payloadOf(incident, context, parts))
  }
  return bytes
}

function payloadOf(incident: Incident, context: DraftContext, { evidence, records, scoreClaim, opinions, omitted }: Parts): Json {
  const { decision } = incident
  const { finding } = decision
  const verdicts = strongest(decision.verdicts)
  const fired = verdicts.filter(speaks)
  const techniques = techniquesOf(decision)
  const baselines = verdicts.flatMap(({ baseline }) => baseline ?? [])
  const leftOut = Object.entries(omitted).filter(([, count]) => count > 0)
  return {
    detection_timestamp: context.detectedAtMs / 1000,
    anomaly_id: incident.anomalyId,
    severity: decision.severity,
    confidence: decision.confidence,
    threat_type: finding.threatType,
    final_score: decision.finalScore,
    llr: decision.llr,
    ...(decision.calibratedScore === undefined ? {} : { calibrated_score: decision.calibratedScore }),
    ...(incident.sampleShare === undefined ? {} : { decision: `sample:${incident.sampleShare}` }),
    src_ip: evidence.sourceAddress,
    dst_ip: finding.target,
    src_port: evidence.sourcePort,
    dst_port: finding.destinationPort,
    protocol: evidence.protocol,
    flow_duration: round6((evidence.endMs - evidence.startMs) / 1000),
    total_packets: evidence.packets,
    total_bytes: evidence.bytes,
    model_version: context.modelVersion,
    contributing_engines: [...new Set(fired.map((verdict) => engineOf(verdict)))].sort(),
    attack: finding.attack,
    ...(incident.continues === undefined ? {} : { continues: incident.continues }),
    window: { start: round6(evidence.startMs / 1000), end: round6(evidence.endMs / 1000) },
    features: evidence.features,
    scores: Object.fromEntries(verdicts.map(({ name, score, threshold, fired: hasFired }) =>
      [name, { score: round6(score), threshold, fired: hasFired }])),
    why: fired.map((verdict) => `${verdict.name}: ${verdict.why}`.slice(0, MAX_SENTENCE_CHARACTERS)),
    ...(evidence.provenance.length === 0 ? {} : { provenance: evidence.provenance.map(provenanceJson) }),
    top_sources: evidence.topSources.map(({ address, count }) => ({ address, count })),
    ruleset_hash: RULESET_HASH,
    feature_names_hash: featureNamesHash(evidence.features),
    ...(decision.calibratorHash === undefined ? {} : { calibrator_hash: decision.calibratorHash }),
    ...(techniques.length === 0 ? {} : { attack_techniques: techniques }),
    ...(records?.communityId === undefined ? {} : { community_id: records.communityId }),
    ...(baselines.length === 0 ? {} : { baselines: baselines.map(baselineJson) }),
    ...(records === undefined ? {} : { records: { seen: records.seen, merkle_root: records.root, sampled: records.records } }),
    ...(scoreClaim === undefined ? {} : { model_hash: scoreClaim.modelHash, score_claim: scoreClaimJson(scoreClaim) }),
    ...(opinions.length === 0 ? {} : { model_opinions: opinions.map(opinionJson) }),
    ...(leftOut.length === 0 ? {} : { omitted: Object.fromEntries(leftOut) }),
  }
}

const provenanceJson = ({ format, origin, byteLayer, sensor, sampling }: Provenance): Json => ({
  format, origin, byte_layer: byteLayer, ...(sensor === undefined ? {} : { sensor }), ...(sampling === undefined ? {} : { sampling }),
})

const baselineJson = ({ feature, observed, median, deviation, windows, of }: LearnedNormal): Json =>
  ({ feature, observed: round6(observed), median: round6(median), deviation: round6(deviation), windows, of })

const opinionJson = ({ model, modelHash, margin, crossed, domain, pValues }: ModelOpinion): Json =>
  ({ model, model_hash: modelHash, margin: round6(margin), crossed, domain, ...(pValues === undefined ? {} : { p_benign: round6(pValues.benign), p_attack: round6(pValues.attack) }) })

const engineOf = (verdict: EngineVerdict): string => verdict.name.split('/')[0] as string

/** Fired verdicts first, then by score, so that a cut loses what mattered least. */
function strongest(verdicts: readonly EngineVerdict[]): readonly EngineVerdict[] {
  return [...verdicts].sort((a, b) => Number(b.fired) - Number(a.fired) || b.score - a.score).slice(0, MAX_VERDICTS)
}
