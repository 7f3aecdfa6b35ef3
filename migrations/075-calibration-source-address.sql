ALTER TABLE calibration_rows ADD COLUMN IF NOT EXISTS source_address TEXT
