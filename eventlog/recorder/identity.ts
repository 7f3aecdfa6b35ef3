/**
 * Whose message is this, and which id does its lifecycle get? Only a message whose producer's signature covers the id
 * takes its own id, and only while that id is free. All others get an id derived from where they were seen, so nobody
 * can squat, reject or overwrite another's.
 */
import { bytesToHex } from '../../domain/bytes.js'
import type { VerifySignature } from '../../domain/crypto.js'
import type { EventData } from '../../domain/events/schema.js'
import { sha256Hex } from '../../domain/hash.js'
import type { AnomalyId, Hex32, ProducerId, UnixMillis } from '../../domain/ids.js'
import { checkAnomaly, type AdmissionRules, type AnomalyCheck } from '../../domain/message/check-anomaly.js'
import { schemeOf } from '../../domain/message/sign-anomaly.js'
import type { Origin } from '../../domain/receipt.js'
import { uuidV5 } from '../../domain/uuid.js'

/** Where a message was first seen: in the topic, or only in a block. */
export type Sighting = { readonly kind: 'origin'; readonly origin: Origin } | { readonly kind: 'block'; readonly txId: string }

export type IdentityContext = {
  readonly rules: AdmissionRules
  readonly verify: VerifySignature
  readonly isTaken: (id: AnomalyId) => boolean
}

/** Larger messages are refused by every validator; their bytes stay in the topic and would only bloat the log. */
export const MAX_KEPT_MESSAGE_BYTES = 2 * 1024 * 1024

export function publishedData(bytes: Uint8Array, sighting: Sighting, at: UnixMillis, context: IdentityContext): EventData<'AnomalyPublished'> {
  const check = checkAnomaly(bytes, at, context.rules, context.verify)
  const { message } = check
  const claimed = message?.id
  const isOwn = claimed !== undefined && coversId(check) && !context.isTaken(claimed)
  return {
    anomalyId: isOwn ? claimed : derivedId(sighting, context.isTaken),
    claimedId: isOwn ? null : claimed ?? null,
    authentic: check.ok || check.authentic,
    origin: sighting.kind === 'origin' ? sighting.origin : null,
    messageHash: sha256Hex(bytes) as Hex32,
    message: bytes.length > MAX_KEPT_MESSAGE_BYTES ? '' : Buffer.from(bytes).toString('base64'),
    producerId: message === undefined ? null : (bytesToHex(message.producerId) as ProducerId),
    anomalyType: message?.type ?? null,
    source: message?.source ?? null,
    severity: message?.severity ?? null,
    confidence: message?.confidence ?? null,
    detectedAtSeconds: message?.tsSeconds ?? null,
    contentHash: message === undefined ? null : (bytesToHex(message.contentHash) as Hex32),
    modelVersion: message?.modelVersion ?? null,
    signScheme: message === undefined ? null : schemeOf(message),
    at,
  }
}

/**
 * Under v2 the signature covers every byte. Under v1 id and payload can be swapped in a copy, so a v1 message speaks
 * for its id only when all of it is in order, or nothing but the time is wrong.
 */
function coversId(check: AnomalyCheck): boolean {
  if (check.ok) return true
  if (!check.authentic || check.message === undefined) return false
  return schemeOf(check.message) === 'v2' || check.code === 'SKEW'
}

function derivedId(sighting: Sighting, isTaken: (id: AnomalyId) => boolean): AnomalyId {
  const name = sighting.kind === 'block'
    ? `message/transaction/${sighting.txId}`
    : `message/${sighting.origin.topic}/${sighting.origin.partition}/${sighting.origin.offset}`
  // A derived id can be foretold and claimed by a producer beforehand.
  for (let attempt = 0; ; attempt++) {
    const id = uuidV5(attempt === 0 ? name : `${name}/${attempt}`) as AnomalyId
    if (!isTaken(id)) return id
  }
}
