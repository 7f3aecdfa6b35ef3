/**
 * A lease in the database: one process runs a projection, others stand by. Only the clock of the server counts. The
 * token grows with every holder and is checked in the transaction that moves the checkpoint, so a holder that was
 * paused and comes back too late writes nothing.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { withSqlRetry } from '../sql/retry.js'
import type { SqlRunner } from '../sql/statement.js'
import { acquireLease } from './sql/acquire-lease.js'
import { endLease } from './sql/end-lease.js'
import { renewLease } from './sql/renew-lease.js'

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
  const token = await withSqlRetry(() => acquireLease(sql, name, holder, lastsMs))
  return token === undefined ? undefined : keepLease(sql, name, token, lastsMs)
}

function keepLease(sql: SqlRunner, name: string, token: number, lastsMs: number): Lease {
  const lost = new AbortController()
  let renewal: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    try {
      if (!(await renewLease(sql, name, token, lastsMs))) stop()
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
      // Where the server stays away, the lease runs out.
      await withSqlRetry(() => endLease(sql, name, token), { attempts: 5 }).catch(() => undefined)
    },
  }
}

/** Somebody else runs the projection now. */
export class LeaseLostError extends Error {
  readonly code = 'LEASE_LOST'
  constructor(readonly lease: string, readonly token: number) {
    super(`another process has taken over ${lease} since (this one held token ${token}); nothing was written, and this one stands by`)
    this.name = 'LeaseLostError'
  }
}
