/** Puts off the end of a lease. */
import type { SqlRunner } from '../../sql/statement.js'

/** False where somebody else took it since. */
export async function renewLease(sql: SqlRunner, name: string, token: number, lastsMs: number): Promise<boolean> {
  const { rowCount } = await sql.query(
    "UPDATE projection_leases SET expires_at = now() + $3::INT8 * INTERVAL '1 millisecond' WHERE name = $1 AND token = $2", [name, token, lastsMs])
  return rowCount !== 0
}
