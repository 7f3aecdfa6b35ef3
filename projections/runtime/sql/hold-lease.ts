/** Keeps a lease from being taken until the end of the transaction. */
import type { SqlRunner } from '../../sql/statement.js'

/** True while nobody took it since. */
export async function holdLease(client: SqlRunner, name: string, token: number): Promise<boolean> {
  const { rows } = await client.query<{ token: string }>('SELECT token FROM projection_leases WHERE name = $1 FOR SHARE', [name])
  return Number(rows[0]?.token ?? 0) === token
}
