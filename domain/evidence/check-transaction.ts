/** May a block carry this evidence? What validators ask before they vote, and before they keep or pass it on. */
import { DecodeError } from '../bytes.js'
import type { VerifySignature } from '../crypto.js'
import type { ValidatorSet } from '../genesis.js'
import type { RejectCode } from '../reject-codes.js'
import { checkEvidence, type EvidenceFault } from './check-evidence.js'
import { decodeEvidence, MAX_EVIDENCE_BYTES, type Evidence } from './evidence.js'

export type EvidenceVerdict = { readonly ok: true; readonly evidence: Evidence } | { readonly ok: false; readonly code: RejectCode }

/** The codes of anomalies, as they fit: they are stored numbers, and evidence brings no new kind of refusal. */
const CODES: Readonly<Record<EvidenceFault, RejectCode>> = {
  'not-a-member': 'UNKNOWN_PRODUCER', 'wrong-epoch': 'MALFORMED', 'different-views': 'MALFORMED', 'no-contradiction': 'MALFORMED', 'bad-signature': 'INVALID_SIGNATURE',
}
export const codeOfFault = (fault: EvidenceFault): RejectCode => CODES[fault]

export function checkEvidenceTransaction(bytes: Uint8Array, set: ValidatorSet, verify: VerifySignature): EvidenceVerdict {
  const evidence = readEvidenceBytes(bytes)
  if (evidence === undefined) return { ok: false, code: 'MALFORMED' }
  const check = checkEvidence(evidence, set, verify)
  return check.ok ? { ok: true, evidence } : { ok: false, code: codeOfFault(check.fault) }
}

/** Undefined where the bytes are no evidence. */
export function readEvidenceBytes(bytes: Uint8Array): Evidence | undefined {
  if (bytes.length > MAX_EVIDENCE_BYTES) return undefined
  try {
    return decodeEvidence(bytes)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}
