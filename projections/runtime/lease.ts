/**
 * A lease in the database: one process runs a projection, others stand by. Only the clock of the server counts. The
 * token grows with every holder and is checked in the transaction that moves the checkpoint, so a holder that was
 * paused and comes back too late writes nothing.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { withSqlRetry } from '../sql/retry.js'
import type { SqlRunner } from '../sql/statement.js'

export type Lease = {
  readonly token: number
  /** Aborts when somebody else has the lease. */
  readonly lost: AbortSignal
  /** Lets the next holder in at once. */
  release(): Promise<void>
}

/** How long a holder that was killed keeps others waiting. */
export const LEASE_MS = 4000

/** Names this process to people; what protects is the token. */
export const leaseHolder = (): string => `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`

/** Takes the lease and keeps it until it is released or lost; undefined where somebody else has it. */
export async function takeLease(sql: SqlRunner, name: string, holder: string, lastsMs = LEASE_MS): Promise<Lease | undefined> {
  const { rows } = await withSqlRetry(() => sql.query<{ token: string }>(
    `INSERT INTO projection_leases AS held (name, holder, token, expires_at) VALUES ($1, $2, 1, now() + $3::INT8 * INTERVAL '1 millisecond')
     ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, token = held.token + 1, expires_at = EXCLUDED.expires_at
     WHERE held.expires_at <= now() OR held.holder = EXCLUDED.holder RETURNING token`, [name, holder, lastsMs]))
  const row = rows[0]
  return row === undefined ? undefined : keepLease(sql, name, Number(row.token), lastsMs)
}

function keepLease(sql: SqlRunner, name: string, token: number, lastsMs: number): Lease {
  const lost = new AbortController()
  let renewal: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    try {
      const { rowCount } = await sql.query(
        "UPDATE projection_leases SET expires_at = now() + $3::INT8 * INTERVAL '1 millisecond' WHERE name = $1 AND token = $2", [name, token, lastsMs])
      if (rowCount === 0) stop()
    } catch {
      // A server that is away gives the lease to nobody else either; the next renewal finds out.
    } finally {
      renewal = undefined
    }
  }
  const timer = setInterval(() => { renewal ??= renew() }, lastsMs / 4)
  timer.unref()
  const stop = (): void => {
    clearInterval(timer)
    lost.abort(new LeaseLostError(name, token))
  }
  return {
    token,
    lost: lost.signal,
    async release() {
      clearInterval(timer)
      // One that is under way would put off the end that is written now.
      await renewal
      const free = (): Promise<unknown> => sql.query('UPDATE projection_leases SET expires_at = now() WHERE name = $1 AND token = $2', [name, token])
      // Where the server stays away, the lease runs out.
      await withSqlRetry(free, { attempts: 5 }).catch(() => undefined)
    },
  }
}

/** True while nobody took the lease since; locks it until the end of the transaction. */
export async function holdsLease(client: SqlRunner, name: string, token: number): Promise<boolean> {
  const { rows } = await client.query<{ token: string }>('SELECT token FROM projection_leases WHERE name = $1 FOR SHARE', [name])
  return Number(rows[0]?.token ?? 0) === token
}

export async function readLeaseHolder(sql: SqlRunner, name: string): Promise<string | undefined> {
  const { rows } = await sql.query<{ holder: string }>('SELECT holder FROM projection_leases WHERE name = $1 AND expires_at > now()', [name])
  return rows[0]?.holder
}

/** Somebody else runs the projection now. */
export class LeaseLostError extends Error {
  readonly code = 'LEASE_LOST'
  constructor(readonly lease: string, readonly token: number) {
    super(`another process has taken over ${lease} since (this one held token ${token}); nothing was written, and this one stands by`)
    this.name = 'LeaseLostError'
  }
}
