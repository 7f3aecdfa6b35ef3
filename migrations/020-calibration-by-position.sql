CREATE UNIQUE INDEX IF NOT EXISTS calibration_by_position ON calibration_rows (log_position)
