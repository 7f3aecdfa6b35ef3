/** A policy as an authority sends it: plain fields, one canonical encoding. What its params mean is read in domain/policy. */
import { encodeShared } from '../../proto/encode-shared.js'
import { PolicyEvent } from '../../proto/messages.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto.js'
import { isUuid } from '../ids.js'
import { POLICY_ACTIONS, POLICY_RULES, type PolicyAction, type PolicyRule } from '../policy/kinds.js'
import { ANOMALY_ALGS, type AnomalyAlg } from './anomaly.js'
import { atMost, copyBytes, decodeCanonical, exactly, FieldError, HASH_BYTES, NONCE_BYTES, seconds, type Decoded } from './wire.js'

export type PolicyMessage = {
  /** Lowercase UUID: the id of the policy. */
  readonly id: string
  readonly action: PolicyAction
  readonly rule: PolicyRule
  /** Canonical JSON as UTF-8. */
  readonly params: Uint8Array
  /** When it was signed, unix seconds. */
  readonly tsSeconds: number
  /** SHA-256 of `params`. */
  readonly contentHash: Uint8Array
  readonly producerId: Uint8Array
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
  readonly pubkey: Uint8Array
  readonly alg: AnomalyAlg
}

/** All policies together are one entry of the state, so each is small; the original's limit is 512 KB. */
export const MAX_PARAMS_BYTES = 8 * 1024

export function decodePolicy(bytes: Uint8Array): Decoded<PolicyMessage> {
  return decodeCanonical(PolicyEvent, bytes, readFields, writePolicy)
}

function readFields(wire: PolicyEvent): PolicyMessage {
  if (!isUuid(wire.id)) throw new FieldError('id', 'must be a lowercase UUID')
  return {
    id: wire.id,
    action: oneOf('action', wire.action, POLICY_ACTIONS),
    rule: oneOf('rule', wire.rule, POLICY_RULES),
    params: atMost('params', wire.params, MAX_PARAMS_BYTES),
    tsSeconds: seconds('ts', wire.ts),
    contentHash: exactly('content_hash', wire.contentHash, HASH_BYTES),
    producerId: exactly('producer_id', wire.producerId, PUBLIC_KEY_BYTES),
    nonce: exactly('nonce', wire.nonce, NONCE_BYTES),
    signature: exactly('signature', wire.signature, SIGNATURE_BYTES),
    pubkey: exactly('pubkey', wire.pubkey, PUBLIC_KEY_BYTES),
    alg: oneOf('alg', wire.alg, ANOMALY_ALGS),
  }
}

function oneOf<T extends string>(field: string, value: string, words: readonly T[]): T {
  const known = words.find((word) => word === value)
  if (known === undefined) throw new FieldError(field, `must be one of ${words.join(', ')}`)
  return known
}

/** The one encoding of a message: fields in number order, defaults left out. */
export const encodePolicy = (message: PolicyMessage): Uint8Array => copyBytes(writePolicy(message))

/** The same bytes for whoever looks at them at once: the next message is written over them. */
export function writePolicy({ tsSeconds, ...fields }: PolicyMessage): Uint8Array {
  return encodeShared(PolicyEvent, { ...fields, ts: tsSeconds })
}
