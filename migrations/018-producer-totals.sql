-- Messages with a producer's valid signature by how they ended: COMMITTED, or the code they were refused with.
CREATE TABLE IF NOT EXISTS producer_totals (
  producer_id BYTEA NOT NULL,
  outcome TEXT NOT NULL,
  messages INT8 NOT NULL,
  PRIMARY KEY (producer_id, outcome)
)
