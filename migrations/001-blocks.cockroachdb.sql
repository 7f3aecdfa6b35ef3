-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
-- One row a committed block. view_number is the view it was proposed in; qc_* is the certificate for the block itself.
CREATE TABLE IF NOT EXISTS blocks (
  height INT8 PRIMARY KEY USING HASH WITH (bucket_count = 8),
  block_hash BYTEA NOT NULL,
  parent_hash BYTEA NOT NULL,
  state_root BYTEA NOT NULL,
  proposer_id BYTEA NOT NULL,
  view_number INT8 NOT NULL,
  epoch INT8 NOT NULL,
  timestamp TIMESTAMPTZ NOT NULL,
  tx_count INT4 NOT NULL,
  tx_root BYTEA NOT NULL,
  receipts_root BYTEA NOT NULL,
  header BYTEA NOT NULL,
  qc_view INT8 NOT NULL,
  qc_signatures BYTEA NOT NULL,
  qc_signers INT4 NOT NULL,
  commit_certificate BYTEA NOT NULL,
  log_position INT8 NOT NULL,
  committed_at TIMESTAMPTZ NOT NULL
)
