/** What is wrong with bytes of the audit tree that came from elsewhere: notes, checkpoints, tiles, proofs and keys. */
export class AuditFormatError extends Error {
  readonly code = 'AUDIT_FORMAT'
  constructor(readonly field: string, reason: string) {
    super(`${field}: ${reason}`)
    this.name = 'AuditFormatError'
  }
}
