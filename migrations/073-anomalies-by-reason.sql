CREATE INDEX IF NOT EXISTS anomalies_by_reason ON anomalies (reject_code, published_position) WHERE reject_code IS NOT NULL
