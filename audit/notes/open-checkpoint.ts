/** A checkpoint that came from anywhere, checked: the log signed it, and a quorum of validators saw nothing it contradicts. */
import type { AuditTrust, AuditWitness } from './audit-keys.js'
import { parseCheckpoint, type Checkpoint } from './checkpoint.js'
import { cosignedAt } from './cosignature.js'
import { AuditFormatError } from '../errors.js'
import { openNote } from './note.js'

export type SignedCheckpoint = Checkpoint & {
  /** The note as it came. */
  readonly bytes: Uint8Array
  /** Validators that cosigned, and when: seconds since 1970. */
  readonly cosigners: readonly { readonly validator: string; readonly identity: string; readonly at: bigint }[]
}

/** Throws AuditFormatError: malformed, of another log, not signed by the log, a false signature, too few cosignatures. */
export function openCheckpoint(bytes: Uint8Array, trust: AuditTrust): SignedCheckpoint {
  const signed = openLogCheckpoint(bytes, trust)
  if (signed.cosigners.length < trust.quorum) throw new AuditFormatError('checkpoint.cosignatures', `${signed.cosigners.length} validators cosigned it, ${trust.quorum} are needed`)
  return signed
}

/** The same without the quorum: the log's own word, and that of whoever cosigned it. */
export function openLogCheckpoint(bytes: Uint8Array, { origin, log, witnesses }: Omit<AuditTrust, 'quorum'>): SignedCheckpoint {
  const note = openNote(bytes, [log, ...witnesses.map(({ verifier }) => verifier)])
  const checkpoint = parseCheckpoint(note.text)
  if (checkpoint.origin !== origin) throw new AuditFormatError('checkpoint.origin', `${checkpoint.origin} is not ${origin}`)
  if (!note.verified.some(({ name, keyId }) => name === log.name && keyId === log.keyId)) throw new AuditFormatError('checkpoint.signatures', 'the log itself did not sign it')
  const cosigners = note.verified.flatMap((line) => {
    const witness: AuditWitness | undefined = witnesses.find(({ verifier }) => verifier.name === line.name && verifier.keyId === line.keyId)
    return witness === undefined ? [] : [{ validator: witness.validator, identity: witness.identity, at: cosignedAt(line.signature) }]
  })
  return { ...checkpoint, bytes, cosigners }
}
