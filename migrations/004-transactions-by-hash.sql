CREATE INDEX IF NOT EXISTS transactions_by_hash ON transactions (tx_hash)
