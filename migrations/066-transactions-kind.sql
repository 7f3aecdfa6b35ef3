-- What we call a transaction where the original has no name of its own for it: tx_type then says what it would.
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS tx_kind TEXT
