/**
 * The commit notice the network signs for detectors, in the original's wire and signing form: tag, then the canonical
 * encoding without signature, key and algorithm. The anomaly ids are covered.
 */
import { CommitEvent, type CommitEventFields } from '../../proto/messages.js'
import { bytesEqual, bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '../bytes.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type Signer, type VerifySignature } from '../crypto.js'
import { asHeight, isUuid, type AnomalyId, type BlockHash, type Height, type StateRoot } from '../ids.js'
import type { RejectCode } from '../reject-codes.js'
import { copyBytes, decodeCanonical, exactly, FieldError, HASH_BYTES, natural, seconds, type Decoded } from './wire.js'

export type CommitMessage = {
  readonly height: Height
  readonly blockHash: BlockHash
  readonly stateRoot: StateRoot
  readonly txCount: number
  readonly anomalyCount: number
  readonly evidenceCount: number
  readonly policyCount: number
  /** Block time, unix seconds. */
  readonly timestampSeconds: number
  readonly anomalyIds: readonly AnomalyId[]
  /** Public key of the signer: the original puts the key itself here. */
  readonly producerId: Uint8Array
  readonly signature: Uint8Array
  readonly pubkey: Uint8Array
  readonly alg: 'Ed25519'
}

export type CommitDraft = Omit<CommitMessage, 'producerId' | 'signature' | 'pubkey' | 'alg'>

/** The largest block, so no notice is longer. */
const MAX_ANOMALY_IDS = 500
const TAG = utf8ToBytes('control.commits.v1')

export function encodeCommitEvent(message: CommitMessage): Uint8Array {
  return copyBytes(CommitEvent.encode({ ...bodyFields(message), signature: message.signature, pubkey: message.pubkey, alg: message.alg }).finish())
}

export function decodeCommitEvent(bytes: Uint8Array): Decoded<CommitMessage> {
  return decodeCanonical(CommitEvent, bytes, readFields, encodeCommitEvent)
}

/** Tag ‖ the event without fields 10, 11 and 12. */
export function commitSignBytes(message: CommitDraft & Pick<CommitMessage, 'producerId'>): Uint8Array {
  return concatBytes(TAG, copyBytes(CommitEvent.encode(bodyFields(message)).finish()))
}

export function signCommitEvent(draft: CommitDraft, signer: Signer): CommitMessage {
  const body = { ...draft, producerId: signer.publicKey }
  return { ...body, signature: signer.sign(commitSignBytes(body)), pubkey: signer.publicKey, alg: 'Ed25519' }
}

export type CommitCheck =
  | { readonly ok: true; readonly message: CommitMessage }
  | { readonly ok: false; readonly code: Extract<RejectCode, 'MALFORMED' | 'UNKNOWN_PRODUCER' | 'INVALID_SIGNATURE'>; readonly field: string; readonly reason: string }

/** @param allowedKeys public keys (lowercase hex) that genesis lets speak for the network; any other key is refused */
export function verifyCommitEvent(bytes: Uint8Array, allowedKeys: ReadonlySet<string>, verify: VerifySignature): CommitCheck {
  const decoded = decodeCommitEvent(bytes)
  if (!decoded.ok) return decoded
  const { message } = decoded
  const refuse = (code: 'UNKNOWN_PRODUCER' | 'INVALID_SIGNATURE', field: string, reason: string): CommitCheck => ({ ok: false, code, field, reason })
  if (!allowedKeys.has(bytesToHex(message.pubkey))) return refuse('UNKNOWN_PRODUCER', 'pubkey', 'is not a key that genesis lets sign commit events')
  if (!bytesEqual(message.pubkey, message.producerId)) return refuse('UNKNOWN_PRODUCER', 'producer_id', 'differs from pubkey')
  if (!verify(message.pubkey, commitSignBytes(message), message.signature)) return refuse('INVALID_SIGNATURE', 'signature', 'does not verify')
  return { ok: true, message }
}

function bodyFields(message: CommitDraft & Pick<CommitMessage, 'producerId'>): CommitEventFields {
  return {
    height: message.height,
    blockHash: hexToBytes(message.blockHash),
    stateRoot: hexToBytes(message.stateRoot),
    txCount: message.txCount,
    anomalyCount: message.anomalyCount,
    evidenceCount: message.evidenceCount,
    policyCount: message.policyCount,
    timestamp: message.timestampSeconds,
    producerId: message.producerId,
    anomalyIds: [...message.anomalyIds],
  }
}

function readFields(wire: CommitEvent): CommitMessage {
  if (wire.alg !== 'Ed25519') throw new FieldError('alg', 'must be Ed25519')
  if (wire.anomalyIds.length > MAX_ANOMALY_IDS) throw new FieldError('anomaly_ids', `more than ${MAX_ANOMALY_IDS} ids`)
  return {
    height: asHeight(natural('height', wire.height)),
    blockHash: bytesToHex(exactly('block_hash', wire.blockHash, HASH_BYTES)) as BlockHash,
    stateRoot: bytesToHex(exactly('state_root', wire.stateRoot, HASH_BYTES)) as StateRoot,
    txCount: wire.txCount,
    anomalyCount: wire.anomalyCount,
    evidenceCount: wire.evidenceCount,
    policyCount: wire.policyCount,
    timestampSeconds: seconds('timestamp', wire.timestamp),
    anomalyIds: wire.anomalyIds.map((id) => {
      if (!isUuid(id)) throw new FieldError('anomaly_ids', 'must be lowercase UUIDs')
      return id
    }),
    producerId: exactly('producer_id', wire.producerId, PUBLIC_KEY_BYTES),
    signature: exactly('signature', wire.signature, SIGNATURE_BYTES),
    pubkey: exactly('pubkey', wire.pubkey, PUBLIC_KEY_BYTES),
    alg: 'Ed25519',
  }
}
