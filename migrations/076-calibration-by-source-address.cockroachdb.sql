-- The key only grows: on CockroachDB it is spread over buckets, so that not all writers meet at one range.
CREATE INDEX IF NOT EXISTS calibration_by_source_address ON calibration_rows (source_address, log_position) USING HASH WITH (bucket_count = 8) WHERE source_address IS NOT NULL
