CREATE UNIQUE INDEX IF NOT EXISTS anomalies_by_publication ON anomalies (published_position)
