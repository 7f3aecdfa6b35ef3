-- The right edge of the audit tree (audit/tree.ts) and the last record hash: one row.
CREATE TABLE IF NOT EXISTS audit_tree (
  name TEXT PRIMARY KEY,
  size INT8 NOT NULL,
  root BYTEA NOT NULL,
  frontier BYTEA NOT NULL,
  head_hash BYTEA NOT NULL
)
