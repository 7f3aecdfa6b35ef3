/** A committed policy as detectors are told of it (control.policy.v1). */
import { PolicyUpdateEvent } from '../../proto/messages.js'
import { bytesEqual } from '../bytes.js'
import { sha256 } from '../hash.js'
import { asHeight, type Height } from '../ids.js'
import { controlForm, type ControlCheck, type ControlMessage } from './control-message.js'
import { atMost, exactly, FieldError, HASH_BYTES, MAX_TEXT_BYTES, natural, seconds, shortText } from './wire.js'

export type PolicyUpdateDraft = {
  readonly policyId: string
  /** add, remove, update, enable or disable. */
  readonly action: string
  readonly ruleType: string
  /** JSON bytes, exactly those that were committed. */
  readonly ruleData: Uint8Array
  readonly requiresAck: boolean
  /** The policy that is taken back by this one; empty for none. */
  readonly rollbackOf: string
  /** Unix seconds. */
  readonly timestampSeconds: number
  readonly effectiveHeight: Height
  /** First height at which it is not in force any more; 0 for never. */
  readonly expirationHeight: Height
}

export type PolicyUpdateMessage = ControlMessage<PolicyUpdateDraft>
export type PolicyUpdateCheck = ControlCheck<PolicyUpdateDraft>

export const MAX_RULE_BYTES = 64 * 1024

const form = controlForm({
  topic: 'control.policy.v1',
  codec: PolicyUpdateEvent,
  fieldsOf: (draft: PolicyUpdateDraft) => ({
    policyId: draft.policyId, action: draft.action, ruleType: draft.ruleType, ruleData: draft.ruleData, ruleHash: sha256(draft.ruleData),
    requiresAck: draft.requiresAck, rollbackPolicyId: draft.rollbackOf, timestamp: draft.timestampSeconds,
    effectiveHeight: draft.effectiveHeight, expirationHeight: draft.expirationHeight,
  }),
  read(wire: PolicyUpdateEvent): PolicyUpdateDraft {
    const ruleData = atMost('rule_data', wire.ruleData, MAX_RULE_BYTES)
    if (!bytesEqual(exactly('rule_hash', wire.ruleHash, HASH_BYTES), sha256(ruleData))) throw new FieldError('rule_hash', 'is not the SHA-256 of rule_data')
    return {
      policyId: shortText('policy_id', wire.policyId, MAX_TEXT_BYTES, { required: true }),
      action: shortText('action', wire.action, MAX_TEXT_BYTES, { required: true }),
      ruleType: shortText('rule_type', wire.ruleType, MAX_TEXT_BYTES, { required: true }),
      ruleData,
      requiresAck: wire.requiresAck,
      rollbackOf: shortText('rollback_policy_id', wire.rollbackPolicyId, MAX_TEXT_BYTES),
      timestampSeconds: seconds('timestamp', wire.timestamp),
      effectiveHeight: asHeight(natural('effective_height', wire.effectiveHeight)),
      expirationHeight: asHeight(natural('expiration_height', wire.expirationHeight)),
    }
  },
})

export const {
  encode: encodePolicyUpdate, decode: decodePolicyUpdate, signBytes: policyUpdateSignBytes, sign: signPolicyUpdate, verify: verifyPolicyUpdate,
} = form
