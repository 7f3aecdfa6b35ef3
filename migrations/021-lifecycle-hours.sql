-- How many anomalies entered and left each state in each hour (UTC, by event time), and why. producer_id is empty where
-- no producer's signature covers the message; reason is empty where the state needs none. Over all hours,
-- entered_count is ever_count of lifecycle_totals, and entered_count - left_count is current_count.
CREATE TABLE IF NOT EXISTS lifecycle_hours (
  hour TIMESTAMPTZ NOT NULL,
  producer_id BYTEA NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  entered_count INT8 NOT NULL,
  left_count INT8 NOT NULL,
  PRIMARY KEY (hour, producer_id, state, reason)
)
