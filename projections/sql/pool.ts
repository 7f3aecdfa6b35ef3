/** A connection pool that survives its server: a connection lost while idle is reported, and does not end the process. */
import pg from 'pg'

export type SqlPoolOptions = {
  readonly url: string
  /** Most connections at once. */
  readonly max?: number
  /** Told of connections that were lost while nobody used them. */
  readonly onLost?: (error: Error) => void
}

export function createSqlPool({ url, max = 10, onLost = () => undefined }: SqlPoolOptions): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 10_000, keepAlive: true })
  pool.on('error', onLost)
  // The pool stops listening to a connection while it is in use or being closed; each keeps a listener of its own.
  pool.on('connect', (client) => { client.on('error', () => undefined) })
  return pool
}
