-- Every policy that a block has carried, and those that none could carry any more, in log order; outcome is applied,
-- failed or lapsed. params is canonical JSON as text: it may hold what no JSON column takes. It works from
-- effective_height to before expiration_height.
CREATE TABLE IF NOT EXISTS policies (
  log_position INT8 PRIMARY KEY,
  policy_id UUID NOT NULL,
  action TEXT NOT NULL,
  rule TEXT NOT NULL,
  params TEXT NOT NULL,
  effective_height INT8 NOT NULL,
  expiration_height INT8,
  rollback_of UUID,
  authority BYTEA NOT NULL,
  authority_name TEXT,
  outcome TEXT NOT NULL,
  code TEXT,
  block_height INT8,
  tx_index INT4,
  tx_hash BYTEA,
  issued_at TIMESTAMPTZ NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL
)
