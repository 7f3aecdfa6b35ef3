/** How validation of an anomaly ended, for the detector that sent it. Codes are facts about the message, never about its truth. */
import { utf8ToBytes } from '../../domain/bytes.js'
import type { AdmittedBy, RejectedBy } from '../../domain/events/schema.js'
import { asHeight, type Height } from '../../domain/ids.js'
import { encodeEvidenceRequest, signEvidenceRequest, validationResult } from '../../domain/message/evidence-request.js'
import { TOPICS } from '../transport/transport.js'
import { headersOf, secondsOf, type ControlTopic } from './control-topic.js'

export const evidenceNotices: ControlTopic = (news, signer) => {
  const { id, event } = news.recorded
  if (event.type !== 'AnomalyAdmitted' && event.type !== 'AnomalyRejected') return []
  const { anomalyId, at } = event.data
  const draft = validationResult({
    requestId: id, about: { anomalyId }, code: event.type === 'AnomalyRejected' ? event.data.code : undefined,
    timestampSeconds: secondsOf(at), blockHeight: heightOf(event.data.by),
  })
  return [{ topic: TOPICS.validations.name, key: utf8ToBytes(anomalyId), value: encodeEvidenceRequest(signEvidenceRequest(draft, signer)), headers: headersOf('validation_result', news) }]
}

const heightOf = (by: AdmittedBy | RejectedBy): Height => ('placement' in by ? by.placement.height : asHeight(0))
