CREATE INDEX IF NOT EXISTS anomalies_by_type ON anomalies (type, published_position)
