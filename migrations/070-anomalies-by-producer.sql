CREATE INDEX IF NOT EXISTS anomalies_by_producer ON anomalies (producer_id, published_position)
