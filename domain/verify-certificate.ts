/** Checks certificates against a validator set: distinct members, a quorum of them, each signature over the same bytes. */
import { timeoutSignBytes, voteSignBytes, type QuorumCertificate, type TimeoutCertificate } from './certificate.js'
import type { VerifySignature } from './crypto.js'
import type { ValidatorSet } from './genesis.js'
import { GENESIS_VIEW, type BlockHash } from './ids.js'

export type CertificateFault =
  | 'wrong-epoch' | 'too-few-signers' | 'unknown-signer' | 'signer-twice' | 'bad-signature'
  | 'not-genesis' | 'inconsistent-commit' | 'high-qc-not-highest' | 'high-qc-too-new' | 'bad-high-qc'

export type CertificateCheck = { readonly ok: true } | { readonly ok: false; readonly fault: CertificateFault }

const OK: CertificateCheck = { ok: true }
const fault = (reason: CertificateFault): CertificateCheck => ({ ok: false, fault: reason })

/** @param genesisHash the only block whose certificate may be empty */
export function verifyQc(qc: QuorumCertificate, set: ValidatorSet, genesisHash: BlockHash, verify: VerifySignature): CertificateCheck {
  const { data } = qc
  if (data.epoch !== set.epoch) return fault('wrong-epoch')
  if (data.view === GENESIS_VIEW) {
    // Nobody signs the genesis certificate, so it may say nothing else: a commit in it would be anyone's word.
    const saysOnlyGenesis = data.blockHash === genesisHash && data.height === 0 && data.parentView === GENESIS_VIEW && data.commit === undefined
    return saysOnlyGenesis && qc.signatures.length === 0 ? OK : fault('not-genesis')
  }
  if (data.parentView >= data.view) return fault('inconsistent-commit')
  // The 2-chain rule in the certificate itself: it commits the parent exactly when the views are consecutive.
  const commitsParent = data.parentView + 1 === data.view
  if (commitsParent !== (data.commit !== undefined)) return fault('inconsistent-commit')
  if (data.commit !== undefined && data.commit.height + 1 !== data.height) return fault('inconsistent-commit')
  const message = voteSignBytes(set.chainId, data)
  return checkSignatures(qc.signatures, set, verify, () => message)
}

export function verifyTc(tc: TimeoutCertificate, set: ValidatorSet, genesisHash: BlockHash, verify: VerifySignature): CertificateCheck {
  if (tc.epoch !== set.epoch) return fault('wrong-epoch')
  const highest = tc.signatures.reduce((max, entry) => Math.max(max, entry.highQcView), 0)
  if (tc.highQc.data.view !== highest) return fault('high-qc-not-highest')
  if (tc.highQc.data.view >= tc.view) return fault('high-qc-too-new')
  const signatures = checkSignatures(tc.signatures, set, verify, ({ highQcView }) => timeoutSignBytes(set.chainId, tc.epoch, tc.view, highQcView))
  if (!signatures.ok) return signatures
  return verifyQc(tc.highQc, set, genesisHash, verify).ok ? OK : fault('bad-high-qc')
}

function checkSignatures<T extends { readonly index: number; readonly signature: Uint8Array }>(
  signatures: readonly T[], set: ValidatorSet, verify: VerifySignature, messageOf: (entry: T) => Uint8Array,
): CertificateCheck {
  if (signatures.length < set.quorum) return fault('too-few-signers')
  const seen = new Set<number>()
  for (const entry of signatures) {
    const validator = set.validators[entry.index]
    if (validator === undefined) return fault('unknown-signer')
    if (seen.has(entry.index)) return fault('signer-twice')
    seen.add(entry.index)
    if (!verify(validator.publicKey, messageOf(entry), entry.signature)) return fault('bad-signature')
  }
  return OK
}
