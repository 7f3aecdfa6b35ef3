CREATE INDEX IF NOT EXISTS policies_by_id ON policies (policy_id, log_position)
