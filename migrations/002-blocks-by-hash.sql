CREATE UNIQUE INDEX IF NOT EXISTS blocks_by_hash ON blocks (block_hash)
