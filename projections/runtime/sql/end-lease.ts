/** Ends a lease now, unless somebody else took it since. */
import type { SqlRunner } from '../../sql/statement.js'

export const endLease = (sql: SqlRunner, name: string, token: number): Promise<unknown> =>
  sql.query('UPDATE projection_leases SET expires_at = now() WHERE name = $1 AND token = $2', [name, token])
