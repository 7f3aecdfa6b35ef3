-- Where each anomaly stands for the projection `reputation`: a refusal does not name the producer.
CREATE TABLE IF NOT EXISTS reputation_lives (
  anomaly_id UUID PRIMARY KEY,
  producer_id BYTEA NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL
)
