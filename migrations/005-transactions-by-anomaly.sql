CREATE INDEX IF NOT EXISTS transactions_by_anomaly ON transactions (anomaly_id)
