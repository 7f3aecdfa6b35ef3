/**
 * What an authority signs on a policy. Scheme v1 is the form both sides of the original agree on since its later
 * versions: it leaves id, action and rule free for anyone to change. Scheme v2 covers every byte.
 */
import { concatBytes } from '../bytes.js'
import type { Signer } from '../crypto.js'
import { sha256, tagBytes } from '../hash.js'
import { writePolicy, type PolicyMessage } from './policy.js'
import { schemeOf, v1Core, type SignScheme, type V1Core } from './sign-anomaly.js'

const TAG = tagBytes('ai.policy.v1')
const V2_TAG = tagBytes('cybermesh/policy/v2')
const NO_SIGNATURE = new Uint8Array(0)

/** Tag ‖ 0x00 ‖ core, the content hash being that of the params. */
export const policySignBytes = (core: V1Core): Uint8Array => concatBytes(TAG, v1Core(core))

/** The bytes under the scheme that the message claims. */
export function policyMessageSignBytes(message: PolicyMessage): Uint8Array {
  if (schemeOf(message) === 'v1') return policySignBytes(message)
  return concatBytes(V2_TAG, writePolicy({ ...message, signature: NO_SIGNATURE }))
}

export type PolicyDraft = Pick<PolicyMessage, 'id' | 'action' | 'rule' | 'params' | 'tsSeconds' | 'nonce'>

export function signPolicy(draft: PolicyDraft, signer: Signer, scheme: SignScheme = 'v2'): PolicyMessage {
  const unsigned: PolicyMessage = {
    ...draft, contentHash: sha256(draft.params), producerId: signer.publicKey, pubkey: signer.publicKey, signature: NO_SIGNATURE,
    alg: scheme === 'v1' ? 'Ed25519' : 'Ed25519-v2',
  }
  return { ...unsigned, signature: signer.sign(policyMessageSignBytes(unsigned)) }
}
