-- What the last switch of a read model put aside, to go back to. Readers hold this table while they read, switches alone.
CREATE TABLE IF NOT EXISTS projection_versions (
  name TEXT PRIMARY KEY,
  version INT4 NOT NULL,
  previous_schema TEXT NOT NULL,
  previous_version INT4 NOT NULL,
  previous_position INT8 NOT NULL,
  previous_event_id TEXT,
  previous_event_at TIMESTAMPTZ,
  switched_at TIMESTAMPTZ NOT NULL
)
