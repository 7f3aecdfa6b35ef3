/**
 * What the network asks or tells a detector about its evidence (control.evidence.v1). This system says one of the four
 * things the wire can carry, the outcome of validation; the others are read so that a consumer is not blind to them.
 */
import { EvidenceRequestEvent } from '../../proto/messages.js'
import { asHeight, type Height } from '../ids.js'
import { controlForm, type ControlCheck, type ControlMessage } from './control-message.js'
import { atMost, copyBytes, FieldError, MAX_TEXT_BYTES, natural, seconds, shortText } from './wire.js'

export const REQUEST_TYPES = ['request_additional', 'validation_result', 'request_reprocess', 'challenge'] as const
export type RequestType = (typeof REQUEST_TYPES)[number]

export type EvidenceRequestDraft = {
  /** The same outcome always has the same one: who sees it twice can tell. */
  readonly requestId: string
  /** The anomaly it is about; empty for a report. */
  readonly anomalyId: string
  /** The report it is about; empty for an anomaly. */
  readonly evidenceId: string
  readonly requestType: RequestType
  readonly requestedTypes: readonly string[]
  readonly requestReason: string
  /** Unix seconds; 0 for none. */
  readonly deadlineSeconds: number
  readonly evidenceAccepted: boolean
  /** Reason code; empty where accepted. */
  readonly rejectionReason: string
  /** 1 to 10; the original's consumers refuse anything else. */
  readonly qualityScore: number
  readonly challengeReason: string
  readonly challengeData: Uint8Array
  /** Unix seconds. */
  readonly timestampSeconds: number
  /** The block that says so; 0 where receipts said it. */
  readonly blockHeight: Height
}

export type EvidenceRequestMessage = ControlMessage<EvidenceRequestDraft>
export type EvidenceRequestCheck = ControlCheck<EvidenceRequestDraft>

const MAX_REQUESTED_TYPES = 100
const MAX_CHALLENGE_BYTES = 64 * 1024

const form = controlForm({
  topic: 'control.evidence.v1',
  codec: EvidenceRequestEvent,
  fieldsOf: (draft: EvidenceRequestDraft) => ({
    requestId: draft.requestId, anomalyId: draft.anomalyId, evidenceId: draft.evidenceId, requestType: draft.requestType,
    requestedTypes: [...draft.requestedTypes], requestReason: draft.requestReason, deadlineTs: draft.deadlineSeconds,
    evidenceAccepted: draft.evidenceAccepted, rejectionReason: draft.rejectionReason, evidenceQualityScore: draft.qualityScore,
    challengeReason: draft.challengeReason, challengeData: draft.challengeData, timestamp: draft.timestampSeconds, blockHeight: draft.blockHeight,
  }),
  read(wire: EvidenceRequestEvent): EvidenceRequestDraft {
    const requestType = REQUEST_TYPES.find((known) => known === wire.requestType)
    if (requestType === undefined) throw new FieldError('request_type', `must be one of ${REQUEST_TYPES.join(', ')}`)
    if (wire.requestedTypes.length > MAX_REQUESTED_TYPES) throw new FieldError('requested_types', `more than ${MAX_REQUESTED_TYPES} types`)
    if (wire.evidenceQualityScore < 1 || wire.evidenceQualityScore > 10) throw new FieldError('evidence_quality_score', 'must be 1 to 10')
    return {
      requestId: shortText('request_id', wire.requestId, MAX_TEXT_BYTES, { required: true }),
      anomalyId: shortText('anomaly_id', wire.anomalyId, MAX_TEXT_BYTES),
      evidenceId: shortText('evidence_id', wire.evidenceId, MAX_TEXT_BYTES),
      requestType,
      requestedTypes: wire.requestedTypes.map((type) => shortText('requested_types', type, MAX_TEXT_BYTES)),
      requestReason: shortText('request_reason', wire.requestReason, MAX_TEXT_BYTES),
      deadlineSeconds: seconds('deadline_ts', wire.deadlineTs),
      evidenceAccepted: wire.evidenceAccepted,
      rejectionReason: shortText('rejection_reason', wire.rejectionReason, MAX_TEXT_BYTES),
      qualityScore: wire.evidenceQualityScore,
      challengeReason: shortText('challenge_reason', wire.challengeReason, MAX_TEXT_BYTES),
      challengeData: atMost('challenge_data', wire.challengeData, MAX_CHALLENGE_BYTES),
      timestampSeconds: seconds('timestamp', wire.timestamp),
      blockHeight: asHeight(natural('block_height', wire.blockHeight)),
    }
  },
})

export const {
  encode: encodeEvidenceRequest, decode: decodeEvidenceRequest, signBytes: evidenceRequestSignBytes, sign: signEvidenceRequest, verify: verifyEvidenceRequest,
} = form

/** How validation ended, as a request draft. The wire wants a quality from 1 to 10: 10 says accepted, 1 refused, and no more. */
export function validationResult(outcome: {
  readonly requestId: string; readonly about: { readonly anomalyId: string } | { readonly evidenceId: string }
  /** Undefined: accepted. */
  readonly code: string | undefined; readonly timestampSeconds: number; readonly blockHeight: Height
}): EvidenceRequestDraft {
  const { requestId, about, code, timestampSeconds, blockHeight } = outcome
  return {
    requestId, anomalyId: '', evidenceId: '', ...about, requestType: 'validation_result', requestedTypes: [], requestReason: '', deadlineSeconds: 0,
    evidenceAccepted: code === undefined, rejectionReason: code ?? '', qualityScore: code === undefined ? 10 : 1,
    challengeReason: '', challengeData: copyBytes(new Uint8Array(0)), timestampSeconds, blockHeight,
  }
}
