-- Proofs that a validator contradicted itself, as committed blocks carry them; only those that counted.
CREATE TABLE IF NOT EXISTS evidence (
  block_height INT8 NOT NULL,
  tx_index INT4 NOT NULL,
  tx_hash BYTEA NOT NULL,
  kind TEXT NOT NULL,
  offender_id BYTEA NOT NULL,
  view_number INT8 NOT NULL,
  reporter_id BYTEA NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (block_height, tx_index)
)
