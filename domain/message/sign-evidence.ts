/**
 * What is signed on an evidence message. Scheme v1 is the original's: it covers time, producer, nonce and the hash of the
 * proof, and leaves id, type and references to the chain of custody. Scheme v2 covers every byte.
 */
import { concatBytes, utf8ToBytes } from '../bytes.js'
import type { CustodyEntry } from '../custody/chain.js'
import { handOver } from '../custody/hand-over.js'
import type { Signer } from '../crypto.js'
import { sha256, tagBytes } from '../hash.js'
import { writeEvidenceMessage, type EvidenceMessage } from './evidence-event.js'
import { ALG_OF, v1Core, type SignScheme, type V1Core } from './sign-anomaly.js'

const V1_TAG = utf8ToBytes('ai.evidence.v1')
const V2_TAG = tagBytes('cybermesh/evidence/v2')
const NO_SIGNATURE = new Uint8Array(0)

/** Tag ‖ core, without a separator, as the original writes it; the content hash is that of the proof. */
export const evidenceSignBytes = (core: V1Core): Uint8Array => concatBytes(V1_TAG, v1Core(core))

export const evidenceMessageSignBytes = (message: EvidenceMessage, scheme: SignScheme): Uint8Array =>
  scheme === 'v1' ? evidenceSignBytes(message) : concatBytes(V2_TAG, writeEvidenceMessage({ ...message, signature: NO_SIGNATURE }))

/** What a reporter decides; the rest of the message follows from it and from the key. */
export type EvidenceDraft = Pick<EvidenceMessage, 'id' | 'evidenceType' | 'refs' | 'proofBlob' | 'tsSeconds' | 'nonce'> & {
  /** Links of those who held it before; the reporter's own is added. None where it collected the evidence itself. */
  readonly heldBefore?: readonly CustodyEntry[]
}

/** Completes and signs a draft. The default scheme covers the whole message. */
export function signEvidence({ heldBefore = [], ...draft }: EvidenceDraft, signer: Signer, scheme: SignScheme = 'v2'): EvidenceMessage {
  const contentHash = sha256(draft.proofBlob)
  const unsigned: EvidenceMessage = {
    ...draft,
    custody: handOver(heldBefore, { id: draft.id, contentHash }, signer, draft, draft.tsSeconds),
    contentHash,
    producerId: signer.publicKey,
    signature: NO_SIGNATURE,
    pubkey: signer.publicKey,
    alg: ALG_OF[scheme],
  }
  return { ...unsigned, signature: signer.sign(evidenceMessageSignBytes(unsigned, scheme)) }
}
