/**
 * Evidence as a producer or an analyst sends it: what it is, what it is about, the evidence itself and through whose hands
 * it came. Plain fields, one canonical encoding, no judgement on truth or origin.
 */
import { EvidenceEvent } from '../../proto/messages.js'
import type { CustodyEntry } from '../custody/chain.js'
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto.js'
import { isUuid, type AnomalyId } from '../ids.js'
import { ANOMALY_ALGS, isAlg, type AnomalyAlg } from './anomaly.js'
import { atMost, copyBytes, decodeCanonical, exactly, FieldError, HASH_BYTES, MAX_TEXT_BYTES, NONCE_BYTES, seconds, shortText, type Decoded } from './wire.js'

export type EvidenceMessage = {
  /** Of this message; an id is accepted once. */
  readonly id: ReportId
  /** Such as "pcap" or "verdict"; 1 to 256 bytes. */
  readonly evidenceType: string
  /** What it is about, 32 bytes each: anomalies (`anomalyRef`) and hashes of other things. */
  readonly refs: readonly Uint8Array[]
  readonly proofBlob: Uint8Array
  /** From whoever collected it to the producer of this message. */
  readonly custody: readonly CustodyEntry[]
  /** Unix seconds. */
  readonly tsSeconds: number
  /** SHA-256 of `proofBlob`. */
  readonly contentHash: Uint8Array
  readonly producerId: Uint8Array
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
  readonly pubkey: Uint8Array
  readonly alg: AnomalyAlg
}

/** A lowercase UUID. */
export type ReportId = AnomalyId

/** The original's limits. */
export const MAX_PROOF_BYTES = 256 * 1024
export const MAX_REFS = 1000
export const MAX_CUSTODY_ENTRIES = 64

/** Reads wire bytes. Only the canonical encoding of well-formed fields is accepted; all bytes are copied. */
export function decodeEvidenceMessage(bytes: Uint8Array): Decoded<EvidenceMessage> {
  return decodeCanonical(EvidenceEvent, bytes, readFields, writeEvidenceMessage)
}

function readFields(wire: EvidenceEvent): EvidenceMessage {
  if (!isUuid(wire.id)) throw new FieldError('id', 'must be a lowercase UUID')
  if (wire.refs.length > MAX_REFS) throw new FieldError('refs', `${wire.refs.length} references exceed the limit of ${MAX_REFS}`)
  const { length } = wire.chainOfCustody
  if (length < 1 || length > MAX_CUSTODY_ENTRIES) throw new FieldError('chain_of_custody', `must have 1 to ${MAX_CUSTODY_ENTRIES} entries, got ${length}`)
  if (!isAlg(wire.alg)) throw new FieldError('alg', `must be one of ${ANOMALY_ALGS.join(', ')}`)
  return {
    id: wire.id,
    evidenceType: shortText('evidence_type', wire.evidenceType, MAX_TEXT_BYTES, { required: true }),
    refs: wire.refs.map((ref, i) => exactly(`refs[${i}]`, ref, HASH_BYTES)),
    proofBlob: atMost('proof_blob', wire.proofBlob, MAX_PROOF_BYTES),
    custody: wire.chainOfCustody.map((entry, i): CustodyEntry => {
      const at = `chain_of_custody[${i}]`
      return {
        refHash: exactly(`${at}.ref_hash`, bytesOf(entry.refHash), HASH_BYTES),
        actorId: exactly(`${at}.actor_id`, bytesOf(entry.actorId), PUBLIC_KEY_BYTES),
        tsSeconds: seconds(`${at}.ts`, entry.ts ?? 0),
        signature: exactly(`${at}.signature`, bytesOf(entry.signature), SIGNATURE_BYTES),
      }
    }),
    tsSeconds: seconds('ts', wire.ts),
    contentHash: exactly('content_hash', wire.contentHash, HASH_BYTES),
    producerId: exactly('producer_id', wire.producerId, PUBLIC_KEY_BYTES),
    nonce: exactly('nonce', wire.nonce, NONCE_BYTES),
    signature: exactly('signature', wire.signature, SIGNATURE_BYTES),
    pubkey: exactly('pubkey', wire.pubkey, PUBLIC_KEY_BYTES),
    alg: wire.alg,
  }
}

const bytesOf = (value: Uint8Array | null | undefined): Uint8Array => value ?? new Uint8Array(0)

/** The one encoding of a message: fields in number order, defaults left out. */
export const encodeEvidenceMessage = (message: EvidenceMessage): Uint8Array => copyBytes(writeEvidenceMessage(message))

/** The same bytes for whoever only looks at them: they may lie in memory that others share. */
export function writeEvidenceMessage({ tsSeconds, custody, refs, ...fields }: EvidenceMessage): Uint8Array {
  const chainOfCustody = custody.map((entry) => ({ refHash: entry.refHash, actorId: entry.actorId, ts: entry.tsSeconds, signature: entry.signature }))
  return EvidenceEvent.encode({ ...fields, refs: [...refs], ts: tsSeconds, chainOfCustody }).finish()
}
