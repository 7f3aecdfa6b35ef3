-- What the ends of a producer's signed messages say of it; score is 0 to 100. Those that ended are total_events, those
-- held against it are violations, refused has all refusals by code. updated_height is the newest block then.
CREATE TABLE IF NOT EXISTS state_reputation (
  producer_id BYTEA PRIMARY KEY,
  score INT4 NOT NULL,
  total_events INT8 NOT NULL,
  committed INT8 NOT NULL,
  refused JSONB NOT NULL,
  violations INT8 NOT NULL,
  last_violation TIMESTAMPTZ,
  updated_height INT8 NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
)
