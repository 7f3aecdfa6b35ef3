/** The payload must say what the envelope says: v1 signs only the payload's hash, so the envelope is believed through it. */
import type { AnomalyMessage } from './anomaly.js'

export type PayloadFault = { readonly field: string; readonly reason: string }

/** The original's tolerance between the two confidences. */
const CONFIDENCE_TOLERANCE = 1e-6

/** Undefined when the payload is a JSON object whose severity and confidence agree with the envelope. */
export function payloadFault(message: Pick<AnomalyMessage, 'payload' | 'severity' | 'confidence'>): PayloadFault | undefined {
  const payload = parseObject(message.payload)
  if (payload === undefined) return { field: 'payload', reason: 'is not a JSON object' }
  const { severity, confidence } = payload
  if (!Number.isInteger(severity)) return { field: 'payload.severity', reason: 'must be an integer' }
  if (severity !== message.severity) return { field: 'payload.severity', reason: `differs from the envelope's ${message.severity}` }
  if (typeof confidence !== 'number') return { field: 'payload.confidence', reason: 'must be a number' }
  if (!(Math.abs(confidence - message.confidence) <= CONFIDENCE_TOLERANCE)) {
    return { field: 'payload.confidence', reason: `differs from the envelope's ${message.confidence}` }
  }
  return undefined
}

function parseObject(bytes: Uint8Array): { readonly severity?: unknown; readonly confidence?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
