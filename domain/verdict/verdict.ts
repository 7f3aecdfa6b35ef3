/**
 * An analyst's verdict on a detection: the only thing in the system that speaks of truth. It is the proof of an evidence
 * message of type "verdict", in canonical JSON, so that equal verdicts have equal bytes.
 */
import { bytesEqual, utf8ToBytes } from '../bytes.js'
import { canonicalJsonBytes, type Json } from '../canonical-json.js'
import { isUuid, type AnomalyId } from '../ids.js'
import { anomalyRef } from '../message/anomaly-ref.js'

export const VERDICT_TYPE = 'verdict'
export const VERDICTS = ['true_positive', 'false_positive', 'benign', 'duplicate'] as const
export type VerdictKind = (typeof VERDICTS)[number]

export type AnalystVerdict = {
  readonly anomalyId: AnomalyId
  /** The reporter's name for the incident, 1 to 128 bytes; the anomaly's id where there is no other. */
  readonly incidentId: string
  readonly verdict: VerdictKind
  /** The anomaly that this one repeats; with "duplicate", and only with it. */
  readonly duplicateOf?: AnomalyId
  readonly notes?: string
  /** Id of the same reporter's verdict that this one takes the place of. */
  readonly supersedes?: AnomalyId
}

export const MAX_INCIDENT_BYTES = 128
export const MAX_NOTES_BYTES = 4096

export type VerdictReading = { readonly ok: true; readonly verdict: AnalystVerdict } | { readonly ok: false; readonly field: string; readonly reason: string }

export const encodeVerdict = (verdict: AnalystVerdict): Uint8Array => canonicalJsonBytes(verdict as unknown as Json)

/** What a verdict's message refers to: its anomaly, and the one it repeats. */
export const verdictRefs = ({ anomalyId, duplicateOf }: AnalystVerdict): readonly Uint8Array[] =>
  [anomalyRef(anomalyId), ...(duplicateOf === undefined ? [] : [anomalyRef(duplicateOf)])]

const FIELDS: ReadonlySet<string> = new Set(['anomalyId', 'incidentId', 'verdict', 'duplicateOf', 'notes', 'supersedes'])

/** Reads a proof. Refuses what is not the canonical JSON of a verdict, naming the field. */
export function readVerdict(proof: Uint8Array): VerdictReading {
  const object = parseObject(proof)
  if (object === undefined) return refuse('proof_blob', 'is not a JSON object')
  const stranger = Object.keys(object).find((key) => !FIELDS.has(key))
  if (stranger !== undefined) return refuse('proof_blob', `has a field that no verdict has; its ${FIELDS.size} fields are ${[...FIELDS].join(', ')}`)
  const { anomalyId, incidentId, verdict, duplicateOf, notes, supersedes } = object
  if (!isId(anomalyId)) return refuse('proof_blob.anomalyId', 'must be a lowercase UUID')
  if (!isText(incidentId, MAX_INCIDENT_BYTES) || incidentId === '') return refuse('proof_blob.incidentId', `must be text of 1 to ${MAX_INCIDENT_BYTES} bytes`)
  if (!isKind(verdict)) return refuse('proof_blob.verdict', `must be one of ${VERDICTS.join(', ')}`)
  if (duplicateOf !== undefined && !isId(duplicateOf)) return refuse('proof_blob.duplicateOf', 'must be a lowercase UUID')
  if ((verdict === 'duplicate') !== (duplicateOf !== undefined)) return refuse('proof_blob.duplicateOf', 'goes with the verdict duplicate, and only with it')
  if (duplicateOf === anomalyId) return refuse('proof_blob.duplicateOf', 'must be another anomaly')
  if (notes !== undefined && !isText(notes, MAX_NOTES_BYTES)) return refuse('proof_blob.notes', `must be text of at most ${MAX_NOTES_BYTES} bytes`)
  if (supersedes !== undefined && !isId(supersedes)) return refuse('proof_blob.supersedes', 'must be a lowercase UUID')
  const read: AnalystVerdict = {
    anomalyId, incidentId, verdict,
    ...(duplicateOf === undefined ? {} : { duplicateOf }), ...(notes === undefined ? {} : { notes }), ...(supersedes === undefined ? {} : { supersedes }),
  }
  return bytesEqual(encodeVerdict(read), proof) ? { ok: true, verdict: read } : refuse('proof_blob', 'is not canonical JSON (RFC 8785)')
}

const refuse = (field: string, reason: string): VerdictReading => ({ ok: false, field, reason })
const isId = (value: unknown): value is AnomalyId => typeof value === 'string' && isUuid(value)
const isKind = (value: unknown): value is VerdictKind => (VERDICTS as readonly unknown[]).includes(value)
/** Half a surrogate pair is no text: it cannot be written as UTF-8. */
const isText = (value: unknown, limit: number): value is string =>
  typeof value === 'string' && utf8ToBytes(value).length <= limit && !/\p{Surrogate}/u.test(value)

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Readonly<Record<string, unknown>> : undefined
  } catch {
    return undefined
  }
}
