/** The payload of an anomaly: canonical JSON, bounded in size, with the predecessor's field names first. */
import { canonicalJsonBytes, type Json } from '../../domain/canonical-json.js'
import type { EngineVerdict } from '../engines/engine.js'
import { evidenceOf, round6, type Evidence } from './evidence.js'
import type { Incident } from './incident-book.js'

export const MAX_PAYLOAD_BYTES = 32 * 1024
const MAX_VERDICTS = 32
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

/** A model with thousands of features would pass the limit; the decision and its reasons are worth more than they are. */
function payloadBytes(incident: Incident, context: DraftContext): Uint8Array {
  const evidence = evidenceOf(incident.decision)
  const whole = canonicalJsonBytes(payloadOf(incident, context, evidence))
  return whole.length <= MAX_PAYLOAD_BYTES ? whole : canonicalJsonBytes(payloadOf(incident, context, { ...evidence, features: {} }))
}

function payloadOf(incident: Incident, context: DraftContext, evidence: Evidence): Json {
  const { decision } = incident
  const { finding } = decision
  const verdicts = strongest(decision.verdicts)
  const fired = verdicts.filter((verdict) => verdict.fired)
  return {
    detection_timestamp: context.detectedAtMs / 1000,
    anomaly_id: incident.anomalyId,
    severity: decision.severity,
    confidence: decision.confidence,
    threat_type: finding.threatType,
    final_score: decision.finalScore,
    llr: decision.llr,
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
    top_sources: evidence.topSources.map(({ address, count }) => ({ address, count })),
  }
}

const engineOf = (verdict: EngineVerdict): string => verdict.name.split('/')[0] as string

/** Fired verdicts first, then by score, so that a cut loses what mattered least. */
function strongest(verdicts: readonly EngineVerdict[]): readonly EngineVerdict[] {
  return [...verdicts].sort((a, b) => Number(b.fired) - Number(a.fired) || b.score - a.score).slice(0, MAX_VERDICTS)
}
