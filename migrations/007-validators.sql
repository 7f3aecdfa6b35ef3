-- blocks_voted counts committed blocks whose certificate carries this validator's signature.
CREATE TABLE IF NOT EXISTS validators (
  validator_id BYTEA PRIMARY KEY,
  public_key BYTEA,
  name TEXT,
  peer_id TEXT,
  is_active BOOL NOT NULL DEFAULT TRUE,
  reputation FLOAT8 NOT NULL DEFAULT 100,
  joined_height INT8 NOT NULL DEFAULT 0,
  last_seen TIMESTAMPTZ,
  blocks_proposed INT8 NOT NULL DEFAULT 0,
  blocks_voted INT8 NOT NULL DEFAULT 0,
  address TEXT,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
)
