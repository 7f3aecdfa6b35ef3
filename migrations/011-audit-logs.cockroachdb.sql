-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
-- One row an event of the log, sequence_num being its position. leaf_hash is its leaf in the RFC 6962 audit tree;
-- record_hash = SHA-256("cybermesh/audit-record/v1" 0x00 prev_hash leaf_hash) chains the rows.
CREATE TABLE IF NOT EXISTS audit_logs (
  sequence_num INT8 PRIMARY KEY USING HASH WITH (bucket_count = 8),
  id UUID NOT NULL,
  event_type TEXT NOT NULL,
  severity TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  resource TEXT NOT NULL,
  result TEXT NOT NULL,
  fields JSONB NOT NULL,
  leaf_hash BYTEA NOT NULL,
  prev_hash BYTEA NOT NULL,
  record_hash BYTEA NOT NULL,
  timestamp TIMESTAMPTZ NOT NULL
)
