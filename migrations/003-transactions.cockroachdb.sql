-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
-- One row a transaction of a committed block; the payload is stored once, in the event log.
CREATE TABLE IF NOT EXISTS transactions (
  tx_hash BYTEA NOT NULL,
  block_height INT8 NOT NULL,
  tx_index INT4 NOT NULL,
  tx_type TEXT NOT NULL,
  anomaly_id UUID,
  producer_id BYTEA,
  nonce BYTEA,
  content_hash BYTEA,
  algorithm TEXT,
  public_key BYTEA,
  signature BYTEA,
  payload JSONB,
  custody_chain JSONB,
  status TEXT NOT NULL,
  code TEXT,
  error_msg TEXT,
  submitted_at TIMESTAMPTZ,
  executed_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (block_height, tx_index) USING HASH WITH (bucket_count = 8)
)
