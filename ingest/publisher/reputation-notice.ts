/** A producer's standing where it changed, and analysts' verdicts on its anomalies: the only messages that speak of truth. */
import { hexToBytes } from '../../domain/bytes.js'
import { encodeReputationEvent, signReputationEvent, type ReputationDraft } from '../../domain/message/reputation-event.js'
import { TOPICS } from '../transport/transport.js'
import { headersOf, secondsOf, type ControlNews, type ControlTopic } from './control-topic.js'

export const reputationNotices: ControlTopic = (news, signer) => [...standings(news), ...verdicts(news)].map((draft) => ({
  topic: TOPICS.reputation.name, key: hexToBytes(draft.subject), value: encodeReputationEvent(signReputationEvent(draft, signer)), headers: headersOf('reputation', news),
}))

const standings = (news: ControlNews): readonly ReputationDraft[] => news.changes.map(({ producer, score, anomalyId, reason }) =>
  ({ ...nothingSaid(news), messageId: anomalyId, subject: producer, score, reason }))

/** With the standing after it, which a verdict changes only where it makes a false positive of a detection, or no more. */
function verdicts(news: ControlNews): readonly ReputationDraft[] {
  const { recorded: { event }, author, scoreOf } = news
  if (event.type !== 'ReportRecorded' || event.data.verdict === undefined || event.data.outcome.kind !== 'applied' || author === undefined) return []
  const { anomalyId, verdict, notes = '' } = event.data.verdict
  return [{
    ...nothingSaid(news), messageId: anomalyId, subject: author.producer, score: scoreOf(author.producer), reason: `VERDICT_${verdict.toUpperCase()}`,
    confirmed: verdict === 'true_positive', falsePositive: verdict === 'false_positive', analystNotes: notes, incidentSeverity: author.severity,
  }]
}

const nothingSaid = ({ recorded, height }: ControlNews) => ({
  messageType: 'anomaly', confirmed: false, falsePositive: false, analystNotes: '', incidentSeverity: 0, preventedAttack: false,
  timestampSeconds: secondsOf(recorded.event.data.at), blockHeight: height,
})
