-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
-- One row a block. state_root is not unique: two blocks that change nothing have the same state.
CREATE TABLE IF NOT EXISTS state_versions (
  version INT8 PRIMARY KEY USING HASH WITH (bucket_count = 8),
  state_root BYTEA NOT NULL,
  block_height INT8 NOT NULL,
  block_hash BYTEA NOT NULL,
  tx_count INT4 NOT NULL,
  reputation_changes INT4 NOT NULL DEFAULT 0,
  policy_changes INT4 NOT NULL DEFAULT 0,
  quarantine_changes INT4 NOT NULL DEFAULT 0,
  created_at TIMESTAMPTZ NOT NULL
)
