-- position is the number of events applied; last_event_id is the id of the last of them, to notice another log.
CREATE TABLE IF NOT EXISTS projection_checkpoints (
  name TEXT NOT NULL,
  version INT4 NOT NULL,
  position INT8 NOT NULL,
  last_event_id TEXT,
  last_event_at TIMESTAMPTZ,
  updated_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (name, version)
)
