-- Who runs a projection. The token only ever grows: a write that carries an older one is refused.
CREATE TABLE IF NOT EXISTS projection_leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  token INT8 NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL
)
