/** The table that says which steps have run. */
import type { SqlRunner } from '../statement.js'

export const createRecord = (sql: SqlRunner): Promise<unknown> =>
  sql.query('CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL)')
