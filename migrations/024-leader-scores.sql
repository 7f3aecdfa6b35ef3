-- Scores of validators as of the position of the projection `reputation`, from which it tells their next changes. All
-- else about a validator is in `validators`.
CREATE TABLE IF NOT EXISTS leader_scores (
  validator_id BYTEA PRIMARY KEY,
  score INT4 NOT NULL,
  signed_height INT8,
  updated_height INT8 NOT NULL
)
