/**
 * May this message enter? Cheap checks first: size, shape, producer, signature, content, time. The result says whether
 * an allow-listed producer really signed it (`authentic`): only then may a later refusal be held against that producer.
 * Under scheme v1 `authentic` speaks for time, nonce and payload; id, type and source are not covered.
 */
import { bytesEqual, bytesToHex } from '../bytes.js'
import type { VerifySignature } from '../crypto.js'
import type { Genesis } from '../genesis.js'
import { sha256 } from '../hash.js'
import type { ProducerId, UnixMillis } from '../ids.js'
import { genesisRules, type RulesInForce } from '../policy/rules-at.js'
import type { RejectCode } from '../reject-codes.js'
import { unknownModel } from '../scoring/registry.js'
import type { ScoreClaim } from '../scoring/score-claim.js'
import type { Transaction } from '../transaction.js'
import { decodeAnomaly, type AnomalyMessage } from './anomaly.js'
import { readPayload } from './anomaly-payload.js'
import { anomalySignBytes, schemeOf, type SignScheme } from './sign-anomaly.js'

/** The rules in force at the height in question, as far as what producers and analysts say goes. */
export type AdmissionRules = Pick<RulesInForce, 'limits' | 'producers' | 'models' | 'registry' | 'analysts' | 'recorders'>

/** Of genesis alone, before any policy. */
export const rulesOf = (genesis: Genesis): RulesInForce => genesisRules(genesis)

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

export type AnomalyCheck =
  | {
    readonly ok: true
    readonly message: AnomalyMessage
    readonly scheme: SignScheme
    /** What it says a model said, where it does; whether that is so is for whoever holds the model to find out. */
    readonly scoreClaim: ScoreClaim | undefined
  }
  | AnomalyRefusal

/** @param referenceTime the clock at admission, the block time before a vote */
export function checkAnomaly(bytes: Uint8Array, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature): AnomalyCheck {
  return checkSigned({ bytes }, referenceTime, rules, verify)
}

/** The same for a transaction, which is checked at admission, before a vote and in execution but read only once. */
export function checkAnomalyOf(tx: Transaction, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature): AnomalyCheck {
  return checkSigned(readingOf(tx), referenceTime, rules, verify)
}

/** All checks but the signature: what execution repeats, so that its outcome never depends on a verifier. */
export function checkUnsignedOf(tx: Transaction, referenceTime: UnixMillis, rules: AdmissionRules): AnomalyCheck {
  const reading = readingOf(tx)
  const claim = checkClaim(reading, rules)
  return claim.ok ? checkContent(reading, claim, referenceTime, rules, false) : claim
}

/**
 * The signature that a transaction claims to carry, for whoever checks it ahead of `verify`. Undefined where it cannot
 * be read, where this very verifier has accepted it, and under `rules` where something cheaper refuses the message.
 */
export function signatureClaimOf(tx: Transaction, verify: VerifySignature, rules?: AdmissionRules): { readonly publicKey: Uint8Array; readonly message: Uint8Array; readonly signature: Uint8Array } | undefined {
  const reading = readingOf(tx)
  const decoded = decodedIn(reading)
  if (!decoded.ok || isAcceptedBy(reading, verify)) return undefined
  if (rules !== undefined && !checkClaim(reading, rules).ok) return undefined
  const { message } = decoded
  reading.signBytes ??= anomalySignBytes(message, schemeOf(message))
  return { publicKey: message.pubkey, message: reading.signBytes, signature: message.signature }
}

/**
 * What follows from the bytes alone and is therefore worked out once. A transaction's bytes never change after it was
 * made, so what was read of that very object stays true; equal bytes in another object are read anew.
 */
type Reading = {
  readonly bytes: Uint8Array
  decoded?: ReturnType<typeof decodeAnomaly>
  /** Whether content hash and payload agree with the rest. */
  content?: ContentRead
  /** What the signature covers, until it was accepted. */
  signBytes?: Uint8Array | undefined
  /** The verifier that has accepted the signature; another one asks again. */
  acceptedBy?: VerifySignature
}

type ContentRead =
  | { readonly ok: true; readonly scoreClaim: ScoreClaim | undefined }
  | { readonly ok: false; readonly code: RejectCode; readonly field: string; readonly reason: string }

const readings = new WeakMap<Transaction, Reading>()

function readingOf(tx: Transaction): Reading {
  const known = readings.get(tx)
  if (known !== undefined) return known
  const reading: Reading = { bytes: tx.bytes }
  readings.set(tx, reading)
  return reading
}

const isAcceptedBy = ({ acceptedBy }: Reading, verify: VerifySignature): boolean =>
  acceptedBy !== undefined && (acceptedBy === verify || acceptedBy === verify.isImpliedBy)

const decodedIn = (reading: Reading): ReturnType<typeof decodeAnomaly> => (reading.decoded ??= decodeAnomaly(reading.bytes))

function checkSigned(reading: Reading, referenceTime: UnixMillis, rules: AdmissionRules, verify: VerifySignature): AnomalyCheck {
  const claim = checkClaim(reading, rules)
  if (!claim.ok) return claim
  const { message, scheme } = claim
  if (!isAcceptedBy(reading, verify)) {
    if (!verify(message.pubkey, reading.signBytes ?? anomalySignBytes(message, scheme), message.signature)) {
      return refusal('INVALID_SIGNATURE', 'signature', `does not verify under scheme ${scheme}`, message)
    }
    reading.acceptedBy = verify
    reading.signBytes = undefined
  }
  return checkContent(reading, claim, referenceTime, rules, true)
}

/** Size, shape, and whether the named producer may speak at all. */
function checkClaim(reading: Reading, { limits, producers }: AdmissionRules): Claim | AnomalyRefusal {
  const { length } = reading.bytes
  if (length > limits.messageBytes) return refusal('TOO_LARGE', 'message', `${length} bytes exceed the limit of ${limits.messageBytes}`)
  const decoded = decodedIn(reading)
  if (!decoded.ok) return refusal(decoded.code, decoded.field, decoded.reason)
  const { message } = decoded
  if (message.payload.length > limits.payloadBytes) {
    return refusal('TOO_LARGE', 'payload', `${message.payload.length} bytes exceed the limit of ${limits.payloadBytes}`, message)
  }
  const producer = producers.get(bytesToHex(message.producerId) as ProducerId)
  if (producer === undefined) return refusal('UNKNOWN_PRODUCER', 'producer_id', 'is not on the allow-list', message)
  if (!bytesEqual(message.pubkey, message.producerId)) return refusal('UNKNOWN_PRODUCER', 'pubkey', 'differs from producer_id', message)
  const scheme = schemeOf(message)
  if (!producer.schemes.includes(scheme)) {
    return refusal('INVALID_SIGNATURE', 'alg', `the allow-list does not allow scheme ${scheme} for ${producer.name}`, message)
  }
  return { ok: true, message, scheme }
}

type Claim = { readonly ok: true; readonly message: AnomalyMessage; readonly scheme: SignScheme }

function checkContent(reading: Reading, { message, scheme }: Claim, referenceTime: UnixMillis, { limits, models, registry }: AdmissionRules, authentic: boolean): AnomalyCheck {
  const content = (reading.content ??= readContent(message))
  if (!content.ok) return refusal(content.code, content.field, content.reason, message, authentic)
  const { scoreClaim } = content
  if (models?.has(message.modelVersion) === false) return refusal('UNKNOWN_MODEL', 'model_version', 'is not a registered model', message, authentic)
  const unknown = scoreClaim === undefined ? undefined : unknownModel(scoreClaim, registry)
  if (unknown !== undefined) return refusal('UNKNOWN_MODEL', unknown.field, unknown.reason, message, authentic)
  const skewMs = Math.abs(message.tsSeconds * 1000 - referenceTime)
  if (skewMs > limits.skewMs) return refusal('SKEW', 'ts', `${skewMs} ms from the reference time, at most ${limits.skewMs} are allowed`, message, authentic)
  return { ok: true, message, scheme, scoreClaim }
}

function readContent(message: AnomalyMessage): ContentRead {
  if (!bytesEqual(sha256(message.payload), message.contentHash)) {
    return { ok: false, code: 'HASH_MISMATCH', field: 'content_hash', reason: 'is not the SHA-256 of the payload' }
  }
  const payload = readPayload(message)
  return payload.ok ? payload : { ...payload, code: 'MALFORMED' }
}

function refusal(code: RejectCode, field: string, reason: string, message?: AnomalyMessage, authentic = false): AnomalyRefusal {
  return { ok: false, code, field, reason, authentic, ...(message === undefined ? {} : { message }) }
}
