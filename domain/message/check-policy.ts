/**
 * May this policy enter? Size, shape, authority, signature, params, time, and that it begins above the height of the
 * block that would carry it: nobody's past is judged by new rules.
 */
import { bytesEqual, bytesToHex } from '../bytes.js'
import type { VerifySignature } from '../crypto.js'
import { sha256 } from '../hash.js'
import type { Height, UnixMillis } from '../ids.js'
import { readPolicy, textOfParams, type Policy } from '../policy/policy.js'
import type { RulesInForce } from '../policy/rules-at.js'
import type { RejectCode } from '../reject-codes.js'
import { decodePolicy, type PolicyMessage } from './policy.js'
import { schemeOf } from './sign-anomaly.js'
import { policyMessageSignBytes } from './sign-policy.js'

export type PolicyCheck =
  | { readonly ok: true; readonly message: PolicyMessage; readonly policy: Policy }
  | { readonly ok: false; readonly code: RejectCode; readonly field: string; readonly reason: string; readonly message?: PolicyMessage }

type PolicyRules = Pick<RulesInForce, 'limits' | 'authorities'>

/** @param height of the block that would carry it */
export function checkPolicy(bytes: Uint8Array, time: UnixMillis, height: Height, rules: PolicyRules, verify: VerifySignature): PolicyCheck {
  const check = checkUnsignedPolicy(bytes, time, height, rules)
  // Who it is comes first, so that a stranger learns nothing from what is wrong with the rest.
  if (check.ok && !verify(check.message.pubkey, policyMessageSignBytes(check.message), check.message.signature)) {
    return refusal('INVALID_SIGNATURE', 'signature', `does not verify under scheme ${schemeOf(check.message)}`, check.message)
  }
  return check
}

/** All but the signature: what execution repeats. */
export function checkUnsignedPolicy(bytes: Uint8Array, time: UnixMillis, height: Height, { limits, authorities }: PolicyRules): PolicyCheck {
  if (bytes.length > limits.messageBytes) return refusal('TOO_LARGE', 'message', `${bytes.length} bytes exceed the limit of ${limits.messageBytes}`)
  const decoded = decodePolicy(bytes)
  if (!decoded.ok) return decoded
  const { message } = decoded
  const authority = authorities.get(bytesToHex(message.producerId))
  if (authority === undefined) return refusal('UNKNOWN_PRODUCER', 'producer_id', 'is no policy authority of genesis', message)
  if (!bytesEqual(message.pubkey, message.producerId)) return refusal('UNKNOWN_PRODUCER', 'pubkey', 'differs from producer_id', message)
  if (!authority.schemes.includes(schemeOf(message))) return refusal('INVALID_SIGNATURE', 'alg', `genesis does not allow scheme ${schemeOf(message)} for ${authority.name}`, message)
  if (!bytesEqual(sha256(message.params), message.contentHash)) return refusal('HASH_MISMATCH', 'content_hash', 'is not the SHA-256 of the params', message)
  const text = textOfParams(message.params)
  if (text === undefined) return refusal('MALFORMED', 'params', 'is not UTF-8', message)
  const read = readPolicy({ id: message.id, action: message.action, rule: message.rule, params: text })
  if (!read.ok) return refusal('MALFORMED', read.field, read.reason, message)
  const skewMs = Math.abs(message.tsSeconds * 1000 - time)
  if (skewMs > limits.skewMs) return refusal('SKEW', 'ts', `${skewMs} ms from the reference time, at most ${limits.skewMs} are allowed`, message)
  if (read.policy.effectiveHeight <= height) {
    return refusal('SKEW', 'params.effectiveHeight', `${read.policy.effectiveHeight} is not above ${height}, the height of the block that would carry it`, message)
  }
  return { ok: true, message, policy: read.policy }
}

function refusal(code: RejectCode, field: string, reason: string, message?: PolicyMessage): PolicyCheck {
  return { ok: false, code, field, reason, ...(message === undefined ? {} : { message }) }
}
