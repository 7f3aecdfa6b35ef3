/**
 * Runs a projection for as long as its process lives: waits for the lease, builds a newer version beside the live one
 * where this program brings one, and goes on standing by when another process takes over.
 */
import type pg from 'pg'
import type { EventLog } from '../../eventlog/log.js'
import { pause } from '../../platform/pause.js'
import { kindOfSqlError } from '../sql/retry.js'
import { CheckpointConflictError, OtherVersionError, ReadModelLostError, RebuildRunningError } from './errors.js'
import { LEASE_MS, LeaseLostError, takeLease, type Lease } from './lease.js'
import { holdLease } from './sql/hold-lease.js'
import { readLeaseHolder } from './sql/read-lease-holder.js'
import type { Projection } from './projection.js'
import { rebuildProjection } from './rebuild.js'
import { runProjection, type RunProjection } from './run.js'
import { isTableMissing } from './sql-recover.js'

export type ProjectionState =
  | { readonly kind: 'running' }
  /** Another process has the lease. */
  | { readonly kind: 'standing-by'; readonly holder: string | undefined }
  /** Readers see version `live` until the new one has caught up. */
  | { readonly kind: 'building'; readonly version: number; readonly live: number; readonly position: number; readonly of: number }

export type KeepRunning = Pick<RunProjection, 'onProgress' | 'onRetry' | 'onLost' | 'batchEvents'> & {
  readonly log: EventLog
  readonly projection: Projection
  /** Where leases are kept, for projections into other stores as well. */
  readonly sql: pg.Pool
  /** Names this process to the others. */
  readonly holder: string
  readonly signal: AbortSignal
  readonly onState?: (state: ProjectionState) => void
  readonly leaseMs?: number
}

/** More than that in a row come from a projector that knows no leases. */
const MOST_CONFLICTS = 5

/** Resolves when `signal` aborts. Throws OtherVersionError where a newer version than this program has is live, and the store's errors. */
export async function keepRunning(options: KeepRunning): Promise<void> {
  const { projection, sql, holder, signal, onState, leaseMs = LEASE_MS } = options
  let conflicts = 0
  const onProgress: RunProjection['onProgress'] = (progress) => {
    if (progress.lagEvents === 0) conflicts = 0
    options.onProgress?.(progress)
  }
  while (!signal.aborted) {
    try {
      if (await upgrade(options)) continue
      const lease = await takeLease(sql, projection.name, holder, leaseMs)
      if (lease === undefined) {
        onState?.({ kind: 'standing-by', holder: await readLeaseHolder(sql, projection.name) })
        await pause(leaseMs / 4, signal)
        continue
      }
      onState?.({ kind: 'running' })
      await runLeased({ ...options, onProgress }, lease)
    } catch (error) {
      if (signal.aborted) return
      // Others wrote while we stood by, and a store may remember where it stood before that; the next look is fresh.
      if (error instanceof CheckpointConflictError && ++conflicts < MOST_CONFLICTS) await pause(leaseMs / 40, signal)
      else if (isTableMissing(error) || error instanceof ReadModelLostError) await makeTables(options, error)
      else if (error instanceof RebuildRunningError || kindOfSqlError(error) === 'transient') await pause(leaseMs / 4, signal)
      else throw error
    }
  }
}

async function runLeased({ log, projection, sql, signal, onProgress, onRetry, onLost, batchEvents }: KeepRunning, lease: Lease): Promise<void> {
  const either = new AbortController()
  const stop = (): void => either.abort()
  for (const one of [signal, lease.lost]) one.addEventListener('abort', stop, { once: true })
  if (signal.aborted || lease.lost.aborted) stop()
  try {
    await removeLeftovers(projection)
    await runProjection({
      log, projection: projection.fenced?.(lease.token) ?? projection, signal: either.signal,
      ...(onProgress === undefined ? {} : { onProgress }), ...(onRetry === undefined ? {} : { onRetry }), ...(onLost === undefined ? {} : { onLost }),
      ...(batchEvents === undefined ? {} : { batchEvents }),
    })
  } catch (error) {
    if (error instanceof LeaseLostError) return
    // A newer version took its place; the next look says which.
    if (error instanceof OtherVersionError) return
    // A store without fencing tells of another writer by its position alone.
    if (error instanceof CheckpointConflictError && !(await holdLease(sql, projection.name, lease.token))) return
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await lease.release()
  }
}

/** True where a new version was built and took its place. */
async function upgrade({ log, projection, signal, onState }: KeepRunning): Promise<boolean> {
  const live = await projection.live?.()
  if (live === undefined || live.version === projection.version) return false
  const { name, version } = projection
  if (live.version > version) {
    throw new OtherVersionError(name, version, live.version,
      `version ${live.version} of ${name} is live, this program has version ${version}; start the newer program, or go back with \`cybermesh rebuild ${name} --rollback\``)
  }
  await rebuildProjection({
    log, projection, signal,
    onProgress: ({ position, lagEvents }) => onState?.({ kind: 'building', version, live: live.version, position, of: position + lagEvents }),
  })
  return true
}

async function removeLeftovers(projection: Projection): Promise<void> {
  await projection.removeLeftovers?.().catch((error: unknown) => {
    // A rebuild is at work on them.
    if ((error as { code?: unknown }).code !== 'REBUILD_RUNNING') throw error
  })
}

async function makeTables({ projection, onLost, signal }: KeepRunning, error: unknown): Promise<void> {
  const reason = `tables are gone (${error instanceof Error ? error.message : String(error)})`
  if (projection.recover === undefined) return pause(100, signal)
  onLost?.(error instanceof ReadModelLostError ? error : new ReadModelLostError(projection.name, 0, 0, reason))
  await projection.recover()
}

/** Builds the version of this program beside an older live one; for commands that have the data folder to themselves. */
export async function upgradeProjection(options: Pick<KeepRunning, 'log' | 'projection' | 'signal'>): Promise<void> {
  const live = await options.projection.live?.()
  if (live !== undefined && live.version < options.projection.version) await rebuildProjection(options)
}

export function describeState(state: ProjectionState): string {
  switch (state.kind) {
    case 'running': return 'running'
    case 'standing-by': return `standing by${state.holder === undefined ? '' : ` for ${state.holder}`}`
    case 'building': return `version ${state.version} is being built: ${state.position} of ${state.of}; readers see version ${state.live}`
  }
}
