/** How validation of an anomaly or a report ended, for whoever sent it. Codes are facts about the message, never about its truth. */
import { utf8ToBytes } from '../../domain/bytes.js'
import type { AdmittedBy, RejectedBy } from '../../domain/events/schema.js'
import { asHeight, type Height } from '../../domain/ids.js'
import { decodeEvidenceMessage } from '../../domain/message/evidence-event.js'
import { encodeEvidenceRequest, signEvidenceRequest, validationResult, type EvidenceRequestDraft } from '../../domain/message/evidence-request.js'
import { TOPICS, type OutgoingRecord } from '../transport/transport.js'
import { headersOf, secondsOf, type ControlTopic } from './control-topic.js'

export const evidenceNotices: ControlTopic = (news, signer) => {
  const { id, event } = news.recorded
  const tell = (key: string, draft: EvidenceRequestDraft): readonly OutgoingRecord[] =>
    [{ topic: TOPICS.validations.name, key: utf8ToBytes(key), value: encodeEvidenceRequest(signEvidenceRequest(draft, signer)), headers: headersOf('validation_result', news) }]
  if (event.type === 'ReportRecorded') {
    const { reportId, outcome, placement, at } = event.data
    const code = outcome.kind === 'failed' ? outcome.code : undefined
    return tell(reportId, validationResult({ requestId: id, about: { evidenceId: reportId }, code, timestampSeconds: secondsOf(at), blockHeight: placement.height }))
  }
  if (event.type === 'MessageRefused') {
    const { kind, code, message, at } = event.data
    const read = kind === 'report' ? decodeEvidenceMessage(new Uint8Array(Buffer.from(message, 'base64'))) : undefined
    // Bytes that are no report have no name by which anybody could ask.
    if (read?.ok !== true) return []
    const evidenceId = read.message.id
    return tell(evidenceId, validationResult({ requestId: id, about: { evidenceId }, code, timestampSeconds: secondsOf(at), blockHeight: asHeight(0) }))
  }
  if (event.type !== 'AnomalyAdmitted' && event.type !== 'AnomalyRejected') return []
  const { anomalyId, at } = event.data
  return tell(anomalyId, validationResult({
    requestId: id, about: { anomalyId }, code: event.type === 'AnomalyRejected' ? event.data.code : undefined,
    timestampSeconds: secondsOf(at), blockHeight: heightOf(event.data.by),
  }))
}

const heightOf = (by: AdmittedBy | RejectedBy): Height => ('placement' in by ? by.placement.height : asHeight(0))
