CREATE INDEX IF NOT EXISTS anomalies_by_source ON anomalies (source, published_position)
