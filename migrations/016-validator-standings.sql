-- What the chain says of a validator as a leader. `reputation` is its score, 0 to 100; signed_height is the newest
-- block whose certificate carries its signature.
ALTER TABLE validators
  ADD COLUMN IF NOT EXISTS is_jailed BOOL NOT NULL DEFAULT FALSE,
  ADD COLUMN IF NOT EXISTS failures INT8 NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS evidence INT8 NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS signed_height INT8
