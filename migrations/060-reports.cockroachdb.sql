-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
-- Evidence and verdicts that committed blocks carry, also those that execution refused; the evidence itself is in the log.
CREATE TABLE IF NOT EXISTS reports (
  log_position INT8 PRIMARY KEY USING HASH WITH (bucket_count = 8),
  report_id UUID NOT NULL,
  evidence_type TEXT NOT NULL,
  reporter_id BYTEA NOT NULL,
  sign_scheme TEXT NOT NULL,
  content_hash BYTEA NOT NULL,
  message_hash BYTEA NOT NULL,
  proof_bytes INT8 NOT NULL,
  refs JSONB NOT NULL,
  custody_chain JSONB NOT NULL,
  verdict TEXT,
  verdict_anomaly_id UUID,
  incident_id TEXT,
  duplicate_of UUID,
  notes TEXT,
  supersedes UUID,
  superseded_by UUID,
  status TEXT NOT NULL,
  code TEXT,
  reported_at TIMESTAMPTZ NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  block_height INT8 NOT NULL,
  tx_index INT4 NOT NULL,
  tx_hash BYTEA NOT NULL
)
