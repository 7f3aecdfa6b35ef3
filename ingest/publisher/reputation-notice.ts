/** A producer's standing where it changed, with the reason code and the message that brought it. */
import { hexToBytes } from '../../domain/bytes.js'
import { encodeReputationEvent, signReputationEvent } from '../../domain/message/reputation-event.js'
import { TOPICS } from '../transport/transport.js'
import { headersOf, secondsOf, type ControlTopic } from './control-topic.js'

export const reputationNotices: ControlTopic = (news, signer) => news.changes.map(({ producer, score, anomalyId, reason }) => {
  const message = signReputationEvent({
    messageId: anomalyId, subject: producer, messageType: 'anomaly', score, reason, confirmed: false, falsePositive: false, analystNotes: '',
    incidentSeverity: 0, preventedAttack: false, timestampSeconds: secondsOf(news.recorded.event.data.at), blockHeight: news.height,
  }, signer)
  return { topic: TOPICS.reputation.name, key: hexToBytes(producer), value: encodeReputationEvent(message), headers: headersOf('reputation', news) }
})
