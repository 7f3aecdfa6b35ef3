-- Where each anomaly stands for the projection `counters`: later events name neither its producer nor the state before.
CREATE TABLE IF NOT EXISTS counter_lives (
  anomaly_id UUID PRIMARY KEY,
  producer_id BYTEA NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL
)
