-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
-- Every change of a score of a validator or producer, numbered from 0 in log order. block_height is the newest block then.
CREATE TABLE IF NOT EXISTS reputation_changes (
  change_number INT8 PRIMARY KEY USING HASH WITH (bucket_count = 8),
  subject_kind TEXT NOT NULL,
  subject_id BYTEA NOT NULL,
  log_position INT8 NOT NULL,
  block_height INT8 NOT NULL,
  score_before INT4 NOT NULL,
  score_after INT4 NOT NULL,
  reason TEXT NOT NULL,
  changed_at TIMESTAMPTZ NOT NULL
)
