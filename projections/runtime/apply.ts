/**
 * Applies entries whatever happens: transient errors are tried again, and a batch that fails because of its content
 * is halved until the poison event stands alone and becomes a dead letter. Order is kept throughout.
 */
import type { Position } from '../../domain/ids.js'
import { pause } from '../../platform/pause.js'
import { kindOfSqlError, withSqlRetry } from '../sql/retry.js'
import { batchOf } from './batch.js'
import { CheckpointConflictError, PoisonEventError, type FailureKind } from './errors.js'
import type { BatchEntry, Projection } from './projection.js'

export type PoisonRule =
  /** Live: record the dead letter and go on. */
  | 'dead-letter'
  /** Rebuild: stop with the error. */
  | 'stop'

export type ApplyOptions = {
  readonly signal: AbortSignal
  readonly poison: PoisonRule
  /** Where the rule is `stop`: events that become dead letters all the same. */
  readonly mayFail?: ReadonlySet<Position>
  readonly onRetry?: (error: unknown, attempt: number) => void
}

/** Applies consecutive entries; resolves once all are durable. */
export async function applyEntries(projection: Projection, entries: readonly BatchEntry[], options: ApplyOptions): Promise<void> {
  const poisoned = new Map<Position, string>()
  for (;;) {
    try {
      return await applyPatiently(projection, entries, poisoned, options)
    } catch (error) {
      if (kindOfFailure(error) !== 'data') throw error
      if (error instanceof PoisonEventError && !poisoned.has(error.position as Position)) {
        if (isFatal(error.position, options)) throw error
        poisoned.set(error.position as Position, error.message)
      } else if (entries.length === 1) {
        const { position } = entries[0] as BatchEntry
        if (poisoned.has(position)) throw error
        // The database says what is wrong with the values; which event they came from is only known now.
        if (isFatal(position, options)) throw new PoisonEventError(position, messageOf(error), { cause: error })
        poisoned.set(position, messageOf(error))
      } else {
        const middle = Math.floor(entries.length / 2)
        await applyEntries(projection, entries.slice(0, middle), options)
        return applyEntries(projection, entries.slice(middle), options)
      }
    }
  }
}

const isFatal = (position: number, { poison, mayFail }: ApplyOptions): boolean => poison === 'stop' && mayFail?.has(position as Position) !== true

/** A server that is away may stay away; a conflict is over as soon as the other transaction is. */
const LONGEST_DELAY_MS = 5000
const LONGEST_CONFLICT_DELAY_MS = 200

async function applyPatiently(projection: Projection, entries: readonly BatchEntry[], poisoned: ReadonlyMap<Position, string>, options: ApplyOptions): Promise<void> {
  const batch = batchOf(projection, entries, poisoned)
  const fatal = batch.deadLetters.find(({ position }) => isFatal(position, options))
  if (fatal !== undefined) throw new PoisonEventError(fatal.position, fatal.error)
  for (let attempt = 1; ; attempt++) {
    try {
      return await projection.apply(batch)
    } catch (error) {
      if (error instanceof CheckpointConflictError && attempt > 1) {
        // The answer to an earlier attempt was lost, but the attempt itself may have been committed.
        const { position, lastEventId } = await withSqlRetry(() => projection.checkpoint(), { signal: options.signal })
        if (position === batch.next.position && lastEventId === batch.next.lastEventId) return
        throw error
      }
      if (kindOfFailure(error) !== 'transient' || options.signal.aborted) throw error
      options.onRetry?.(error, attempt)
      const longestMs = String((error as { code?: unknown }).code).startsWith('40') ? LONGEST_CONFLICT_DELAY_MS : LONGEST_DELAY_MS
      await pause(Math.min(10 * 2 ** attempt, longestMs) * (0.5 + Math.random() / 2), options.signal)
    }
  }
}

function kindOfFailure(error: unknown): FailureKind {
  if (error instanceof PoisonEventError) return 'data'
  if (error instanceof CheckpointConflictError) return 'other'
  return kindOfSqlError(error)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
