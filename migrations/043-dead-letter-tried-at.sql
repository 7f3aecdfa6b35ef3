ALTER TABLE projection_dead_letters ADD COLUMN IF NOT EXISTS tried_at TIMESTAMPTZ
