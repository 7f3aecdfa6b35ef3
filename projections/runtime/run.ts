/**
 * Runs one projection: from its checkpoint to the end of the log, and on as the log grows. kill -9 at any moment
 * costs the batch in progress, which is applied again as if it had never been.
 */
import { asPosition, type Position } from '../../domain/ids.js'
import { entriesOf, type EntryLog, type LogEntry } from '../../eventlog/entries.js'
import type { EventLog } from '../../eventlog/log.js'
import { pause } from '../../platform/pause.js'
import { applyEntries, type PoisonRule } from './apply.js'
import { decodeEntry, idOf } from './batch.js'
import { OtherLogError, ReadModelLostError } from './errors.js'
import { timeOf, type BatchEntry, type Checkpoint, type Projection } from './projection.js'
import { createReadAhead } from './read-ahead.js'
import { kindOfSqlError, withSqlRetry } from '../sql/retry.js'

export type ProjectionProgress = {
  readonly name: string
  readonly version: number
  readonly position: Position
  readonly lagEvents: number
  /** Age of the last applied event while there are later ones; 0 when everything is applied. */
  readonly lagMs: number
}

export type RunProjection = {
  readonly log: EventLog
  readonly projection: Projection
  readonly signal: AbortSignal
  readonly onProgress?: (progress: ProjectionProgress) => void
  readonly onRetry?: (error: unknown, attempt: number) => void
  /** The store lost what was written; the run goes on where the store stands now. A rebuild stops instead. */
  readonly onLost?: (error: ReadModelLostError) => void
  /** Stop at the end of the log as it is at the start, instead of following it. */
  readonly untilEnd?: boolean
  /** Stop at this position. */
  readonly until?: Position
  readonly poison?: PoisonRule
  /** Where the rule is `stop`: events that become dead letters all the same. */
  readonly mayFail?: ReadonlySet<Position>
  /** Most events a transaction. */
  readonly batchEvents?: number
}

/** A transaction that takes longer makes the next batch smaller. */
const LONGEST_BATCH_MS = 1000
const DEFAULT_BATCH_EVENTS = 1000
/** Nobody waits for a batch of a rebuild, and in a longer one more lives end that began in it: one row, written once. */
const REBUILD_BATCH_EVENTS = 4000
/**
 * Events come in bursts, from a message to its block: one transaction for many of them. Waiting for more takes four
 * times as long as the last batch did, so that a machine with much to do has fewer and larger transactions, and an idle
 * one is hardly behind.
 */
const GATHER_FACTOR = 4
const SHORTEST_GATHER_MS = 20
const LONGEST_GATHER_MS = 100
/** While nothing comes, a store that may lose what was written is asked this often. */
const VERIFY_EVERY_MS = 1000

/** Resolves with the position reached when `signal` aborts or the end is reached. Throws CheckpointConflictError, OtherLogError or the store's error. */
export async function runProjection(options: RunProjection): Promise<Position> {
  const { projection, signal, onProgress, onRetry, onLost, untilEnd = false, poison = 'dead-letter', mayFail, batchEvents = poison === 'stop' ? REBUILD_BATCH_EVENTS : DEFAULT_BATCH_EVENTS } = options
  const entries = entriesOf(options.log)
  const start = await withSqlRetry(() => projection.checkpoint(), { signal }).catch((error: unknown) => {
    if (!(error instanceof ReadModelLostError) || poison === 'stop') throw error
    onLost?.(error)
    return recovered(projection, signal)
  })
  await refuseOtherLog(projection, start, entries)
  const end = options.until ?? (untilEnd ? await entries.length() : Infinity)

  const pages = createReadAhead(entries)
  let position = start.position
  let limit = Math.min(100, batchEvents)
  let gatherMs = SHORTEST_GATHER_MS
  const report = async (lastEventAt: number | undefined): Promise<void> => {
    if (onProgress === undefined) return
    const lagEvents = Math.max(0, (await entries.length()) - position)
    const lagMs = lagEvents === 0 || lastEventAt === undefined ? 0 : Math.max(0, Date.now() - lastEventAt)
    onProgress({ name: projection.name, version: projection.version, position, lagEvents, lagMs })
  }
  await report(start.lastEventAt)

  while (!signal.aborted && position < end) {
    const page = await pages.take(position, limit, end)
    const startedAt = performance.now()
    try {
      if (page.length === 0) {
        await waitForMore(projection, entries, position, gatherMs, signal)
        continue
      }
      refuseGap(projection, position, page)
      await applyEntries(projection, page, { signal, poison, ...(mayFail === undefined ? {} : { mayFail }), ...(onRetry === undefined ? {} : { onRetry }) })
    } catch (error) {
      // Told to stop while a batch was to be tried again: it is applied by whoever comes next.
      if (signal.aborted && kindOfSqlError(error) === 'transient') break
      if (!(error instanceof ReadModelLostError) || poison === 'stop') throw error
      onLost?.(error)
      const now = await recovered(projection, signal)
      await refuseOtherLog(projection, now, entries)
      position = now.position
      await report(now.lastEventAt)
      continue
    }
    const tookMs = performance.now() - startedAt
    gatherMs = Math.min(Math.max(SHORTEST_GATHER_MS, GATHER_FACTOR * tookMs), LONGEST_GATHER_MS)
    limit = tookMs > LONGEST_BATCH_MS ? Math.max(1, Math.floor(limit / 2)) : Math.min(limit * 2, batchEvents)
    const last = page.at(-1)
    position = asPosition((last?.position ?? position) + 1)
    await report(last?.kind === 'event' ? timeOf(last.recorded) : undefined)
  }
  return position
}

/** Where the projection goes on, after its store made again what it lost. */
async function recovered(projection: Projection, signal: AbortSignal): Promise<Checkpoint> {
  await withSqlRetry(async () => projection.recover?.(), { signal })
  return withSqlRetry(() => projection.checkpoint(), { signal })
}

/** Resolves when there may be more to apply. Throws ReadModelLostError where the store says that it lost something. */
async function waitForMore({ verify }: Projection, entries: EntryLog, position: Position, gatherMs: number, signal: AbortSignal): Promise<void> {
  if (verify === undefined) {
    await entries.waitForGrowth(position, signal)
  } else if (await waitAWhile(entries, position, signal) <= position) {
    // A server that is away says nothing about what it keeps.
    return verify().catch((error: unknown) => { if (kindOfSqlError(error) !== 'transient') throw error })
  }
  await pause(gatherMs, signal)
}

/** By hand: Node 20 may collect a signal of AbortSignal.timeout that only AbortSignal.any holds, and then never fires it. */
async function waitAWhile(entries: EntryLog, position: Position, signal: AbortSignal): Promise<number> {
  const enough = new AbortController()
  const stop = (): void => enough.abort()
  const timer = setTimeout(stop, VERIFY_EVERY_MS)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await entries.waitForGrowth(position, enough.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** A log that skips or repeats a position would be built into every read model without anybody noticing. */
function refuseGap({ name }: Projection, position: Position, page: readonly BatchEntry[]): void {
  page.forEach((entry, i) => {
    if (entry.position !== position + i) throw new OtherLogError(name, position, `position ${position + i} is missing, ${entry.position} follows`)
  })
}

async function refuseOtherLog({ name }: Projection, { position, lastEventId }: Checkpoint, entries: EntryLog): Promise<void> {
  if (position === 0) return
  const length = await entries.length()
  if (position > length) throw new OtherLogError(name, position, `it stands at position ${position}, the log ends at ${length}`)
  if (lastEventId === undefined) return
  const [entry] = await entries.readEntries({ from: asPosition(position - 1), limit: 1 })
  const found = idOf(decodeEntry(entry as LogEntry))
  if (found !== lastEventId) throw new OtherLogError(name, position, `event ${position - 1} there is ${lastEventId}, here it is ${found ?? 'unreadable'}`)
}
