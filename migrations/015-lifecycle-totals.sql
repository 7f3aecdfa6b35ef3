-- How many anomalies are in each state now and how many have ever been: one row a state, kept with each event.
CREATE TABLE IF NOT EXISTS lifecycle_totals (
  state TEXT PRIMARY KEY,
  current_count INT8 NOT NULL,
  ever_count INT8 NOT NULL
)
