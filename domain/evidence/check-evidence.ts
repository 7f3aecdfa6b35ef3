/** Does this evidence prove what it says? First what needs no key, then both signatures. */
import { proposalSignBytes } from '../block.js'
import { bytesEqual } from '../bytes.js'
import { voteSignBytes } from '../certificate.js'
import type { VerifySignature } from '../crypto.js'
import type { ValidatorSet } from '../genesis.js'
import type { ChainId } from '../ids.js'
import { epochOfEvidence, viewOfEvidence, type Evidence } from './evidence.js'

export type EvidenceFault = 'not-a-member' | 'wrong-epoch' | 'different-views' | 'no-contradiction' | 'bad-signature'
export type EvidenceCheck = { readonly ok: true } | { readonly ok: false; readonly fault: EvidenceFault }

const OK: EvidenceCheck = { ok: true }
const fault = (name: EvidenceFault): EvidenceCheck => ({ ok: false, fault: name })

export function checkEvidence(evidence: Evidence, set: ValidatorSet, verify: VerifySignature): EvidenceCheck {
  const claim = checkClaim(evidence, set)
  if (!claim.ok) return claim
  const key = set.byId(evidence.offender)?.publicKey
  if (key === undefined) return fault('not-a-member')
  const [first, second] = messagesOf(evidence, set.chainId)
  return verify(key, first, evidence.a.signature) && verify(key, second, evidence.b.signature) ? OK : fault('bad-signature')
}

/** All but the signatures: what execution repeats, so that its outcome never depends on a verifier. */
export function checkClaim(evidence: Evidence, set: ValidatorSet): EvidenceCheck {
  if (set.byId(evidence.offender) === undefined) return fault('not-a-member')
  if (epochOfEvidence(evidence) !== set.epoch) return fault('wrong-epoch')
  if (evidence.kind === 'duplicate-vote') {
    if (evidence.b.data.epoch !== set.epoch) return fault('wrong-epoch')
    if (evidence.b.data.view !== viewOfEvidence(evidence)) return fault('different-views')
  }
  // Compared as signed: two signatures over the same bytes are one statement made twice.
  const [first, second] = messagesOf(evidence, set.chainId)
  return bytesEqual(first, second) ? fault('no-contradiction') : OK
}

/** The bytes that the offender is said to have signed. */
function messagesOf(evidence: Evidence, chainId: ChainId): readonly [Uint8Array, Uint8Array] {
  if (evidence.kind === 'duplicate-vote') return [voteSignBytes(chainId, evidence.a.data), voteSignBytes(chainId, evidence.b.data)]
  const { epoch, view, a, b } = evidence
  return [proposalSignBytes(chainId, epoch, view, a.hash), proposalSignBytes(chainId, epoch, view, b.hash)]
}
