-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
CREATE INDEX IF NOT EXISTS anomalies_by_time ON anomalies (published_at) USING HASH WITH (bucket_count = 8)
