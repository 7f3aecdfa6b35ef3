-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
CREATE UNIQUE INDEX IF NOT EXISTS calibration_by_position ON calibration_rows (log_position) USING HASH WITH (bucket_count = 8)
