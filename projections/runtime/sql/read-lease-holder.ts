/** Who holds a lease; undefined where nobody does. */
import type { SqlRunner } from '../../sql/statement.js'

export async function readLeaseHolder(sql: SqlRunner, name: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ holder: string }>('SELECT holder FROM projection_leases WHERE name = $1 AND expires_at > now()', [name])
  return rows[0]?.holder
}
