CREATE INDEX IF NOT EXISTS calibration_by_source_address ON calibration_rows (source_address, log_position) WHERE source_address IS NOT NULL
