/**
 * May this message enter? Cheap checks first: size, shape, producer, signature, content, time. The result says whether
 * an allow-listed producer really signed it (`authentic`): only then may a later refusal be held against that producer.
 * Under scheme v1 `authentic` speaks for time, nonce and payload; id, type and source are not covered.
 */
import { bytesEqual, bytesToHex } from '../bytes.js'
import type { VerifySignature } from '../crypto.js'
import { producersOf, type Genesis, type Limits, type Producer } from '../genesis.js'
import { sha256 } from '../hash.js'
import type { ProducerId, UnixMillis } from '../ids.js'
import type { RejectCode } from '../reject-codes.js'
import { decodeAnomaly, type AnomalyMessage } from './anomaly.js'
import { payloadFault } from './anomaly-payload.js'
import { anomalySignBytes, schemeOf, type SignScheme } from './sign-anomaly.js'

export type AdmissionRules = { readonly limits: Limits; readonly producers: ReadonlyMap<ProducerId, Producer> }

export const rulesOf = (genesis: Genesis): AdmissionRules => ({ limits: genesis.limits, producers: producersOf(genesis) })

export type AnomalyRefusal = {
  readonly ok: false
  readonly code: RejectCode
  /** Wire name of the field at fault; "message" for the whole. */
  readonly field: string
  readonly reason: string
  /** Present once the bytes could be read. */
  readonly message?: AnomalyMessage
  readonly authentic: boolean
}

export type AnomalyCheck = { readonly ok: true; readonly message: AnomalyMessage; readonly scheme: SignScheme } | AnomalyRefusal

/** @param referenceTime the clock at admission, the block time before a vote */
export function checkAnomaly(bytes: Uint8Array, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature): AnomalyCheck {
  const claim = checkClaim(bytes, rules)
  if (!claim.ok) return claim
  const { message, scheme } = claim
  if (!verify(message.pubkey, anomalySignBytes(message, scheme), message.signature)) {
    return refusal('INVALID_SIGNATURE', 'signature', `does not verify under scheme ${scheme}`, message)
  }
  return checkContent(message, scheme, referenceTime, rules, true)
}

/** All checks but the signature: what execution repeats, so that its outcome never depends on a verifier. */
export function checkUnsigned(bytes: Uint8Array, referenceTime: UnixMillis, rules: AdmissionRules): AnomalyCheck {
  const claim = checkClaim(bytes, rules)
  return claim.ok ? checkContent(claim.message, claim.scheme, referenceTime, rules, false) : claim
}

/** Size, shape, and whether the named producer may speak at all. */
function checkClaim(bytes: Uint8Array, { limits, producers }: AdmissionRules): AnomalyCheck {
  if (bytes.length > limits.messageBytes) return refusal('TOO_LARGE', 'message', `${bytes.length} bytes exceed the limit of ${limits.messageBytes}`)
  const decoded = decodeAnomaly(bytes)
  if (!decoded.ok) return refusal(decoded.code, decoded.field, decoded.reason)
  const { message } = decoded
  if (message.payload.length > limits.payloadBytes) {
    return refusal('TOO_LARGE', 'payload', `${message.payload.length} bytes exceed the limit of ${limits.payloadBytes}`, message)
  }
  const producer = producers.get(bytesToHex(message.producerId) as ProducerId)
  if (producer === undefined) return refusal('UNKNOWN_PRODUCER', 'producer_id', 'is not on the allow-list of genesis', message)
  if (!bytesEqual(message.pubkey, message.producerId)) return refusal('UNKNOWN_PRODUCER', 'pubkey', 'differs from producer_id', message)
  const scheme = schemeOf(message)
  if (!producer.schemes.includes(scheme)) {
    return refusal('INVALID_SIGNATURE', 'alg', `genesis does not allow scheme ${scheme} for ${producer.name}`, message)
  }
  return { ok: true, message, scheme }
}

function checkContent(message: AnomalyMessage, scheme: SignScheme, referenceTime: UnixMillis, { limits }: AdmissionRules, authentic: boolean): AnomalyCheck {
  if (!bytesEqual(sha256(message.payload), message.contentHash)) {
    return refusal('HASH_MISMATCH', 'content_hash', 'is not the SHA-256 of the payload', message, authentic)
  }
  const fault = payloadFault(message)
  if (fault !== undefined) return refusal('MALFORMED', fault.field, fault.reason, message, authentic)
  const skewMs = Math.abs(message.tsSeconds * 1000 - referenceTime)
  if (skewMs > limits.skewMs) return refusal('SKEW', 'ts', `${skewMs} ms from the reference time, at most ${limits.skewMs} are allowed`, message, authentic)
  return { ok: true, message, scheme }
}

function refusal(code: RejectCode, field: string, reason: string, message?: AnomalyMessage, authentic = false): AnomalyRefusal {
  return { ok: false, code, field, reason, authentic, ...(message === undefined ? {} : { message }) }
}
