/** Writes down that a step has run; to do so twice changes nothing. */
import type { SqlRunner } from '../statement.js'
import type { Step } from './read-steps.js'

export const recordStep = (sql: SqlRunner, { name, checksum }: Step): Promise<unknown> =>
  sql.query('INSERT INTO schema_migrations (name, checksum, applied_at) VALUES ($1, $2, now()) ON CONFLICT (name) DO NOTHING', [name, checksum])
