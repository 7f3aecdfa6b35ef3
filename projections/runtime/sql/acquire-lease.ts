/** Takes a lease that is free, has run out, or is the holder's own; each taking has a higher token. */
import type { SqlRunner } from '../../sql/statement.js'

/** @returns the token; undefined where somebody else holds it */
export async function acquireLease(sql: SqlRunner, name: string, holder: string, lastsMs: number): Promise<number | undefined> {
  const { rows: [row] } = await sql.query<{ token: string }>(
    `INSERT INTO projection_leases AS held (name, holder, token, expires_at) VALUES ($1, $2, 1, now() + $3::INT8 * INTERVAL '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, token = held.token + 1, expires_at = EXCLUDED.expires_at
     WHERE held.expires_at <= now() OR held.holder = EXCLUDED.holder RETURNING token`, [name, holder, lastsMs])
  return row === undefined ? undefined : Number(row.token)
}
