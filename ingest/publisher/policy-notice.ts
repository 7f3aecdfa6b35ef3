/** A committed policy as detectors are told of it. The committed message rides along: by its transaction id it is proven. */
import { utf8ToBytes } from '../../domain/bytes.js'
import { asHeight } from '../../domain/ids.js'
import { encodePolicyUpdate, signPolicyUpdate } from '../../domain/message/policy-update.js'
import { TOPICS } from '../transport/transport.js'
import { headersOf, secondsOf, type ControlTopic } from './control-topic.js'

/** Base64. */
export const POLICY_MESSAGE_HEADER = 'policy_message'

/** One that failed changed nothing, and nobody is told of it. */
export const policyNotices: ControlTopic = (news, signer) => {
  const { event } = news.recorded
  if (event.type !== 'PolicyRecorded' || event.data.outcome !== 'applied') return []
  const { policyId, action, rule, params, effectiveHeight, expirationHeight, rollbackOf, message, at } = event.data
  const update = signPolicyUpdate({
    policyId, action, ruleType: rule, ruleData: utf8ToBytes(params), requiresAck: false, rollbackOf: rollbackOf ?? '', timestampSeconds: secondsOf(at),
    effectiveHeight, expirationHeight: expirationHeight ?? asHeight(0),
  }, signer)
  return [{
    topic: TOPICS.policyUpdates.name, key: utf8ToBytes(policyId), value: encodePolicyUpdate(update),
    headers: { ...headersOf('policy_update', news), [POLICY_MESSAGE_HEADER]: message },
  }]
}
