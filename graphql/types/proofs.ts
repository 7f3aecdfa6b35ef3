/** Proofs from the audit tree. */
export const proofs = /* GraphQL */ `
  """
  That an event is in the audit tree (RFC 6962): hash entry with a leading 0x00, fold path by index and size, and the root
  of the checkpoint comes out. The checkpoint is a signed note (C2SP); whose keys count is for genesis to say, see
  /audit/keys.json and docs/audit.md.
  """
  type AuditProof {
    "Of the leaf: the event's position in the log."
    index: Long!
    "Leaves of the tree that the checkpoint signs."
    size: Long!
    "Canonical JSON of the leaf: position, id, stream, type and the SHA-256 of the event as the log stores it."
    entry: String!
    leafHash: String!
    "From the leaf up, 64 hex digits each."
    path: [String!]!
    root: String!
    checkpoint: String!
  }
`
