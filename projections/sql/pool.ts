/** A connection pool that survives its server: a connection lost while idle is reported, and does not end the process. */
import pg from 'pg'

export type SqlPoolOptions = {
  readonly url: string
  /** Most connections at once. */
  readonly max?: number
  /**
   * True for projections: they keep their position in the same transaction as its effects, so what a crash of the
   * server costs is applied again, and none of their transactions need wait for the disk. The server also ends a
   * transaction of a process that was paused in it, so that another one can take over.
   */
  readonly replayable?: boolean
  /** Told of connections that were lost while nobody used them. */
  readonly onLost?: (error: Error) => void
}

export function createSqlPool({ url, max = 10, replayable = false, onLost = () => undefined }: SqlPoolOptions): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 10_000, keepAlive: true, ...(replayable ? { options: '-c synchronous_commit=off -c idle_in_transaction_session_timeout=5000' } : {}) })
  pool.on('error', onLost)
  // The pool stops listening to a connection while it is in use or being closed; each keeps a listener of its own.
  pool.on('connect', (client) => { client.on('error', () => undefined) })
  return pool
}
