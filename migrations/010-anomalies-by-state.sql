CREATE INDEX IF NOT EXISTS anomalies_by_state ON anomalies (state, published_position)
