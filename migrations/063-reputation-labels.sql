-- The verdicts that stand on an anomaly as of the position of the projection `reputation`.
CREATE TABLE IF NOT EXISTS reputation_labels (
  anomaly_id UUID PRIMARY KEY,
  verdicts JSONB NOT NULL
)
