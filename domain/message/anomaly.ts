/** An anomaly as a detector sends it: plain fields, one canonical encoding, no judgement on its truth or origin. */
import { encodeShared } from '../../proto/encode-shared.js'
import { AnomalyEvent } from '../../proto/messages.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto.js'
import { isUuid, type AnomalyId } from '../ids.js'
import { copyBytes, decodeCanonical, exactly, FieldError, HASH_BYTES, MAX_TEXT_BYTES, NONCE_BYTES, seconds, shortText, type Decoded } from './wire.js'

export type AnomalyMessage = {
  readonly id: AnomalyId
  /** Kind of attack, such as "ddos"; 1 to 256 bytes. */
  readonly type: string
  readonly source: string
  /** 0 to 10. */
  readonly severity: number
  /** 0 to 1. */
  readonly confidence: number
  /** Detection time, unix seconds. */
  readonly tsSeconds: number
  /** SHA-256 of `payload`. */
  readonly contentHash: Uint8Array
  /** JSON that repeats severity and confidence. */
  readonly payload: Uint8Array
  readonly modelVersion: string
  /** Equal to `pubkey` for every producer of an allow-list. */
  readonly producerId: Uint8Array
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
  readonly pubkey: Uint8Array
  readonly alg: AnomalyAlg
}

/** "Ed25519" signs the original's 103 bytes (scheme v1), "Ed25519-v2" the whole message (scheme v2). */
export const ANOMALY_ALGS = ['Ed25519', 'Ed25519-v2'] as const
export type AnomalyAlg = (typeof ANOMALY_ALGS)[number]

/** The original's hard limit; genesis may only be stricter. */
export const MAX_PAYLOAD_BYTES = 512 * 1024

export const isAlg = (value: string): value is AnomalyAlg => (ANOMALY_ALGS as readonly string[]).includes(value)

/** Reads wire bytes. Only the canonical encoding of well-formed fields is accepted; all bytes are copied. */
export function decodeAnomaly(bytes: Uint8Array): Decoded<AnomalyMessage> {
  return decodeCanonical(AnomalyEvent, bytes, readFields, writeAnomaly)
}

function readFields(wire: AnomalyEvent): AnomalyMessage {
  if (!isUuid(wire.id)) throw new FieldError('id', 'must be a lowercase UUID')
  if (wire.severity > 10) throw new FieldError('severity', 'must be from 0 to 10')
  if (!(wire.confidence >= 0 && wire.confidence <= 1)) throw new FieldError('confidence', 'must be from 0 to 1')
  if (wire.payload.length > MAX_PAYLOAD_BYTES) throw new FieldError('payload', `exceeds ${MAX_PAYLOAD_BYTES} bytes`)
  if (!isAlg(wire.alg)) throw new FieldError('alg', `must be one of ${ANOMALY_ALGS.join(', ')}`)
  return {
    id: wire.id,
    type: shortText('type', wire.type, MAX_TEXT_BYTES, { required: true }),
    source: shortText('source', wire.source, MAX_TEXT_BYTES),
    severity: wire.severity,
    confidence: wire.confidence,
    tsSeconds: seconds('ts', wire.ts),
    contentHash: exactly('content_hash', wire.contentHash, HASH_BYTES),
    payload: copyBytes(wire.payload),
    modelVersion: shortText('model_version', wire.modelVersion, MAX_TEXT_BYTES),
    producerId: exactly('producer_id', wire.producerId, PUBLIC_KEY_BYTES),
    nonce: exactly('nonce', wire.nonce, NONCE_BYTES),
    signature: exactly('signature', wire.signature, SIGNATURE_BYTES),
    pubkey: exactly('pubkey', wire.pubkey, PUBLIC_KEY_BYTES),
    alg: wire.alg,
  }
}

/** The one encoding of a message: fields in number order, defaults left out. */
export const encodeAnomaly = (message: AnomalyMessage): Uint8Array => copyBytes(writeAnomaly(message))

/** The same bytes for whoever looks at them at once: the next message is written over them. */
export function writeAnomaly(message: AnomalyMessage): Uint8Array {
  const { tsSeconds, ...fields } = message
  return encodeShared(AnomalyEvent, { ...fields, ts: tsSeconds })
}
