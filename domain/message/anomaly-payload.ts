/** The payload must say what the envelope says: v1 signs only the payload's hash, so the envelope is believed through it. */
import { readScoreClaim, type ScoreClaim } from '../scoring/score-claim.js'
import type { AnomalyMessage } from './anomaly.js'

export type PayloadFault = { readonly field: string; readonly reason: string }

/** The original's tolerance between the two confidences. */
const CONFIDENCE_TOLERANCE = 1e-6

export type PayloadRead = { readonly ok: true; readonly scoreClaim: ScoreClaim | undefined } | ({ readonly ok: false } & PayloadFault)

/** In order when it is a JSON object whose severity and confidence agree with the envelope; a claim of a score is optional. */
export function readPayload(message: Pick<AnomalyMessage, 'payload' | 'severity' | 'confidence'>): PayloadRead {
  const fault = (field: string, reason: string): PayloadRead => ({ ok: false, field, reason })
  const payload = parseObject(message.payload)
  if (payload === undefined) return fault('payload', 'is not a JSON object')
  const { severity, confidence, score_claim: said } = payload
  if (!Number.isInteger(severity)) return fault('payload.severity', 'must be an integer')
  if (severity !== message.severity) return fault('payload.severity', `differs from the envelope's ${message.severity}`)
  if (typeof confidence !== 'number') return fault('payload.confidence', 'must be a number')
  if (!(Math.abs(confidence - message.confidence) <= CONFIDENCE_TOLERANCE)) {
    return fault('payload.confidence', `differs from the envelope's ${message.confidence}`)
  }
  if (said === undefined) return { ok: true, scoreClaim: undefined }
  const read = readScoreClaim(said)
  return read.ok ? { ok: true, scoreClaim: read.claim } : fault(`payload.${read.field}`, read.reason)
}

function parseObject(bytes: Uint8Array): { readonly severity?: unknown; readonly confidence?: unknown; readonly score_claim?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
