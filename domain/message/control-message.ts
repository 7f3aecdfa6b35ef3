/**
 * The form that all messages of the control topics share, which is the original's: the topic's name stands before the
 * canonical encoding without signature, key and algorithm, and that is what the network's key signs. `producer_id` is
 * the key itself and is covered.
 */
import { encodeShared, type Encoder } from '../../proto/encode-shared.js'
import { bytesEqual, bytesToHex, concatBytes, utf8ToBytes } from '../bytes.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Signer, type VerifySignature } from '../crypto.js'
import type { RejectCode } from '../reject-codes.js'
import { copyBytes, decodeCanonical, exactly, FieldError, type Decoded } from './wire.js'

/** Who says it. */
export type ControlEnvelope = {
  /** Public key of the signer: the original puts the key itself here. */
  readonly producerId: Uint8Array
  readonly signature: Uint8Array
  readonly pubkey: Uint8Array
  readonly alg: 'Ed25519'
}

/** A message as it is said, of which `Draft` is what it says. */
export type ControlMessage<Draft> = Draft & ControlEnvelope

export type ControlCheck<Draft> =
  | { readonly ok: true; readonly message: ControlMessage<Draft> }
  | { readonly ok: false; readonly code: Extract<RejectCode, 'MALFORMED' | 'UNKNOWN_PRODUCER' | 'INVALID_SIGNATURE'>; readonly field: string; readonly reason: string }

export type ControlForm<Draft> = {
  encode(message: ControlMessage<Draft>): Uint8Array
  decode(bytes: Uint8Array): Decoded<ControlMessage<Draft>>
  signBytes(message: Draft & Pick<ControlEnvelope, 'producerId'>): Uint8Array
  sign(draft: Draft, signer: Signer): ControlMessage<Draft>
  /** @param allowedKeys public keys (lowercase hex) that genesis lets speak for the network; any other key is refused */
  verify(bytes: Uint8Array, allowedKeys: ReadonlySet<string>, verify: VerifySignature): ControlCheck<Draft>
}

type WireEnvelope = { readonly producerId: Uint8Array; readonly signature: Uint8Array; readonly pubkey: Uint8Array; readonly alg: string }

export type ControlShape<Draft, Wire extends WireEnvelope, Fields extends object> = {
  /** The topic, which is also what separates the signatures of one topic from another's. */
  readonly topic: string
  readonly codec: Encoder<Fields & Partial<WireEnvelope>> & { decode(bytes: Uint8Array): Wire }
  fieldsOf(draft: Draft): Fields
  /** Throws FieldError. */
  read(wire: Wire): Draft
}

export function controlForm<Draft extends object, Wire extends WireEnvelope, Fields extends object>(shape: ControlShape<Draft, Wire, Fields>): ControlForm<Draft> {
  const { codec, fieldsOf, read } = shape
  const tag = utf8ToBytes(shape.topic)
  const encodeFields = (fields: Fields & Partial<WireEnvelope>): Uint8Array => copyBytes(encodeShared(codec, fields))

  const encode: ControlForm<Draft>['encode'] = (message) => {
    const { producerId, signature, pubkey, alg } = message
    return encodeFields({ ...fieldsOf(message), producerId, signature, pubkey, alg })
  }
  const decode: ControlForm<Draft>['decode'] = (bytes) => decodeCanonical(codec, bytes, (wire) => ({ ...read(wire), ...readEnvelope(wire) }), encode)
  const signBytes: ControlForm<Draft>['signBytes'] = (message) => concatBytes(tag, encodeFields({ ...fieldsOf(message), producerId: message.producerId }))
  return {
    encode, decode, signBytes,
    sign(draft, signer) {
      const body = { ...draft, producerId: signer.publicKey }
      return { ...body, signature: signer.sign(signBytes(body)), pubkey: signer.publicKey, alg: 'Ed25519' }
    },
    verify(bytes, allowedKeys, verify) {
      const decoded = decode(bytes)
      if (!decoded.ok) return decoded
      const { message } = decoded
      const refuse = (code: 'UNKNOWN_PRODUCER' | 'INVALID_SIGNATURE', field: string, reason: string): ControlCheck<Draft> => ({ ok: false, code, field, reason })
      if (!allowedKeys.has(bytesToHex(message.pubkey))) return refuse('UNKNOWN_PRODUCER', 'pubkey', `is not a key that genesis lets sign ${shape.topic}`)
      if (!bytesEqual(message.pubkey, message.producerId)) return refuse('UNKNOWN_PRODUCER', 'producer_id', 'differs from pubkey')
      if (!verify(message.pubkey, signBytes(message), message.signature)) return refuse('INVALID_SIGNATURE', 'signature', 'does not verify')
      return { ok: true, message }
    },
  }
}

function readEnvelope(wire: WireEnvelope): ControlEnvelope {
  if (wire.alg !== 'Ed25519') throw new FieldError('alg', 'must be Ed25519')
  return {
    producerId: exactly('producer_id', wire.producerId, PUBLIC_KEY_BYTES),
    signature: exactly('signature', wire.signature, SIGNATURE_BYTES),
    pubkey: exactly('pubkey', wire.pubkey, PUBLIC_KEY_BYTES),
    alg: 'Ed25519',
  }
}
