-- An event that a projection could not apply.
CREATE TABLE IF NOT EXISTS projection_dead_letters (
  name TEXT NOT NULL,
  version INT4 NOT NULL,
  position INT8 NOT NULL,
  event_id TEXT,
  event_type TEXT,
  error TEXT NOT NULL,
  recorded_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (name, version, position)
)
