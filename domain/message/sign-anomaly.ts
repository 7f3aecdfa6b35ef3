/**
 * What a detector signs. Scheme v1 is the original's: it covers time, producer, nonce and content hash, and leaves id,
 * type, source, severity, confidence and model version free for anyone to change. Scheme v2 covers every byte.
 */
import { ByteWriter, concatBytes, utf8ToBytes } from '../bytes.js'
import type { Signer } from '../crypto.js'
import { sha256, tagBytes } from '../hash.js'
import { writeAnomaly, type AnomalyAlg, type AnomalyMessage } from './anomaly.js'

export type SignScheme = 'v1' | 'v2'

/** What a detector decides; the rest of the message follows from it and from the key. */
export type AnomalyDraft = Omit<AnomalyMessage, 'contentHash' | 'producerId' | 'signature' | 'pubkey' | 'alg'>

export const ALG_OF: Record<SignScheme, AnomalyAlg> = { v1: 'Ed25519', v2: 'Ed25519-v2' }
const V1_TAG = utf8ToBytes('ai.anomaly.v1')
const V2_TAG = tagBytes('cybermesh/anomaly/v2')
const NO_SIGNATURE = new Uint8Array(0)

/** The scheme a message claims. Without this claim a v2 message could be stripped down and passed off as v1. */
export const schemeOf = (message: Pick<AnomalyMessage, 'alg'>): SignScheme => (message.alg === 'Ed25519-v2' ? 'v2' : 'v1')

/** Fields of every v1 signature from detector to network. */
export type V1Core = Pick<AnomalyMessage, 'tsSeconds' | 'producerId' | 'nonce' | 'contentHash'>

/** ts (i64 BE) ‖ length of producer id (u16 BE) ‖ producer id ‖ nonce ‖ content hash: 90 bytes. */
export function v1Core(core: V1Core): Uint8Array {
  const length = core.producerId.length
  return new ByteWriter(96).u64(core.tsSeconds).u8(length >> 8).u8(length & 0xff)
    .raw(core.producerId).raw(core.nonce).raw(core.contentHash).finish()
}

export function anomalySignBytes(message: AnomalyMessage, scheme: SignScheme): Uint8Array {
  // The original writes no separator after its tag.
  if (scheme === 'v1') return concatBytes(V1_TAG, v1Core(message))
  return concatBytes(V2_TAG, writeAnomaly({ ...message, signature: NO_SIGNATURE }))
}

/** Completes and signs a draft. The default scheme covers the whole message. */
export function signAnomaly(draft: AnomalyDraft, signer: Signer, scheme: SignScheme = 'v2'): AnomalyMessage {
  const unsigned: AnomalyMessage = {
    ...draft,
    contentHash: sha256(draft.payload),
    producerId: signer.publicKey,
    signature: NO_SIGNATURE,
    pubkey: signer.publicKey,
    alg: ALG_OF[scheme],
  }
  return { ...unsigned, signature: signer.sign(anomalySignBytes(unsigned, scheme)) }
}
