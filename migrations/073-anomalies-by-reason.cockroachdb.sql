-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
CREATE INDEX IF NOT EXISTS anomalies_by_reason ON anomalies (reject_code, published_position) USING HASH WITH (bucket_count = 8) WHERE reject_code IS NOT NULL
