/** What the network says of a producer (control.reputation.v1): a verdict on one of its messages, or a change of its standing. */
import { ReputationEvent } from '../../proto/messages.js'
import { bytesToHex, hexToBytes } from '../bytes.js'
import { PUBLIC_KEY_BYTES } from '../crypto.js'
import { asHeight, type Height, type ProducerId } from '../ids.js'
import { controlForm, type ControlCheck, type ControlMessage } from './control-message.js'
import { exactly, FieldError, MAX_TEXT_BYTES, natural, seconds, shortText } from './wire.js'

export type ReputationDraft = {
  /** The message it is about. */
  readonly messageId: string
  readonly subject: ProducerId
  /** anomaly, evidence or policy. */
  readonly messageType: string
  /** The wire carries -100 to 100. This system says the standing of the producer, 0 to 100 (domain/reputation/producer.ts). */
  readonly score: number
  /** Reason code of a refusal, COMMITTED, or VERDICT. */
  readonly reason: string
  readonly confirmed: boolean
  readonly falsePositive: boolean
  readonly analystNotes: string
  /** Severity that the message claims; 0 where it is not known. */
  readonly incidentSeverity: number
  readonly preventedAttack: boolean
  /** Unix seconds. */
  readonly timestampSeconds: number
  /** Newest block then; 0 before the first. */
  readonly blockHeight: Height
}

export type ReputationMessage = ControlMessage<ReputationDraft>
export type ReputationCheck = ControlCheck<ReputationDraft>

const MAX_NOTES_BYTES = 4096
const MAX_SEVERITY = 10

const form = controlForm({
  topic: 'control.reputation.v1',
  codec: ReputationEvent,
  fieldsOf: (draft: ReputationDraft) => ({
    aiMessageId: draft.messageId, aiProducerId: hexToBytes(draft.subject), messageType: draft.messageType, score: draft.score, reason: draft.reason,
    confirmed: draft.confirmed, falsePositive: draft.falsePositive, analystNotes: draft.analystNotes, incidentSeverity: draft.incidentSeverity,
    preventedAttack: draft.preventedAttack, timestamp: draft.timestampSeconds, blockHeight: draft.blockHeight,
  }),
  read(wire: ReputationEvent): ReputationDraft {
    if (wire.score < -100 || wire.score > 100) throw new FieldError('score', 'must be -100 to 100')
    if (wire.confirmed && wire.falsePositive) throw new FieldError('false_positive', 'contradicts confirmed')
    if (wire.incidentSeverity > MAX_SEVERITY) throw new FieldError('incident_severity', `must be 0 to ${MAX_SEVERITY}`)
    return {
      messageId: shortText('ai_message_id', wire.aiMessageId, MAX_TEXT_BYTES),
      subject: bytesToHex(exactly('ai_producer_id', wire.aiProducerId, PUBLIC_KEY_BYTES)) as ProducerId,
      messageType: shortText('message_type', wire.messageType, MAX_TEXT_BYTES),
      score: wire.score,
      reason: shortText('reason', wire.reason, MAX_TEXT_BYTES),
      confirmed: wire.confirmed,
      falsePositive: wire.falsePositive,
      analystNotes: shortText('analyst_notes', wire.analystNotes, MAX_NOTES_BYTES),
      incidentSeverity: wire.incidentSeverity,
      preventedAttack: wire.preventedAttack,
      timestampSeconds: seconds('timestamp', wire.timestamp),
      blockHeight: asHeight(natural('block_height', wire.blockHeight)),
    }
  },
})

export const {
  encode: encodeReputationEvent, decode: decodeReputationEvent, signBytes: reputationSignBytes, sign: signReputationEvent, verify: verifyReputationEvent,
} = form
