CREATE INDEX IF NOT EXISTS anomalies_by_time ON anomalies (published_at)
