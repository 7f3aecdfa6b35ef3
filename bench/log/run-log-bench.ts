/**
 * The embedded event log: appends with their flush, the same bytes put into a bare LMDB, reading back, following, and
 * what one event costs as the log grows. Counts are checked; a run that lost an event has no result.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asPosition } from '../../domain/ids.js'
import { openEmbeddedLog, type EmbeddedLog } from '../../eventlog/index.js'
import type { StreamAppend } from '../../eventlog/log.js'
import { createDecades, type DecadeCost } from '../decades.js'
import { describeMachine, type Machine } from '../machine.js'
import { summarise, type Summary } from '../percentiles.js'
import { timed, type Cost } from '../stopwatch.js'
import { historyAppends } from './history.js'
import { putBare } from './limits.js'

export type LogBenchOptions = {
  readonly events: number
  /** Events an append, which is one transaction and one flush. */
  readonly batch: number
  /** Where the log lies; on the disk that is to be measured. */
  readonly folder: string | undefined
  progress(line: string): void
}

export type LogBenchResult = {
  readonly machine: Machine
  /** UTC. */
  readonly measuredAt: string
  readonly events: number
  readonly batch: number
  /** Appends that were asked for before the first of them was answered. */
  readonly underWay: number
  readonly eventBytes: number
  readonly append: Cost
  readonly appendByDecade: readonly DecadeCost[]
  /** Events one by one, each in an append and a flush of its own. */
  readonly appendOneMs: Summary
  readonly readBytes: Cost
  readonly readEvents: Cost
  readonly subscribe: Cost
  readonly limits: { /** The same bytes in the same transactions, without order, guard, idempotency or streams. */ readonly bareLmdb: Cost }
  readonly fileBytes: number
  readonly ratios: { readonly appendOfBare: number; /** 1 is flat. */ readonly growth: number | undefined }
}

const SINGLES = 200
const PAGE = 1000
/** Appends whose events are made up before the clock runs. */
const MADE_AHEAD = 10
const UNDER_WAY = 2

export async function runLogBench(options: LogBenchOptions): Promise<LogBenchResult> {
  const { events, batch, progress } = options
  const machine = describeMachine()
  const folder = mkdtempSync(join(options.folder ?? tmpdir(), 'cybermesh-bench-'))
  const path = join(folder, 'log')
  let log: EmbeddedLog | undefined
  try {
    log = await openEmbeddedLog(path)
    progress(`appending ${events} events, ${batch} a flush`)
    const { append, byDecade, growth, singles } = await appendAll(log, events, batch)
    progress('reading back')
    let bytes = 0
    const readBytes = await timed(events, async () => { bytes = await sizeOf(log as EmbeddedLog, events) })
    const readEvents = await timed(events, () => countEvents((log as EmbeddedLog).readAll(), events))
    progress('following from the start')
    const subscribe = await timed(events, () => follow(log as EmbeddedLog, events))
    progress('the same bytes into a bare LMDB')
    const bareLmdb = await putBare(join(folder, 'bare'), log, events, batch)
    const fileBytes = statSync(join(path, 'data.mdb')).size
    progress(`${SINGLES} events one by one`)
    const appendOneMs = await appendSingly(log, singles)
    return {
      machine, measuredAt: new Date().toISOString(), events, batch, underWay: UNDER_WAY, eventBytes: Math.round(bytes / events),
      append, appendByDecade: byDecade, appendOneMs, readBytes, readEvents, subscribe, limits: { bareLmdb }, fileBytes,
      ratios: { appendOfBare: append.perSecond / bareLmdb.perSecond, growth },
    }
  } finally {
    await log?.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

type Appended = { readonly append: Cost; readonly byDecade: readonly DecadeCost[]; readonly growth: number | undefined; /** What comes next in the history. */ readonly singles: readonly StreamAppend[] }

async function appendAll(log: EmbeddedLog, events: number, batch: number): Promise<Appended> {
  const decades = createDecades(events)
  const singles: StreamAppend[] = []
  let made = 0
  let ready: StreamAppend[][] = []
  let readyFrom = 0
  const flush = async (): Promise<void> => {
    await decades.at(readyFrom).time(() => appendInOrder(log, ready))
    ready = []
    readyFrom = made
  }
  for (const generated of historyAppends(events + SINGLES, batch)) {
    const appends = generated.slice(0, events - made)
    singles.push(...generated.slice(appends.length))
    if (appends.length === 0) continue
    if (ready.length === MADE_AHEAD || decades.at(made) !== decades.at(readyFrom)) await flush()
    ready.push(appends)
    made += appends.length
  }
  await flush()
  if (await log.length() !== events) throw new Error(`the log has ${await log.length()} of ${events} events`)
  const { byDecade, growth, ...append } = decades.whole()
  return { append, byDecade, growth, singles }
}

/** Asks for the next append while one is under way, as whoever has much to append does. */
async function appendInOrder(log: EmbeddedLog, batches: readonly (readonly StreamAppend[])[]): Promise<void> {
  const underWay: Promise<void>[] = []
  for (const appends of batches) {
    if (underWay.length === UNDER_WAY) await underWay.shift()
    underWay.push(log.append(appends).then((result) => {
      if (result.kind !== 'appended' || result.events.length !== appends.length) throw new Error(`the log did not take ${appends.length} events: ${result.kind}`)
    }))
  }
  await Promise.all(underWay)
}

async function sizeOf(log: EmbeddedLog, events: number): Promise<number> {
  let bytes = 0
  let next = 0
  while (next < events) {
    const page = await log.readEntries({ from: asPosition(next), limit: PAGE })
    if (page.length === 0) throw new Error(`nothing at position ${next} of ${events}`)
    for (const entry of page) bytes += entry.bytes.length
    next += page.length
  }
  return bytes
}

async function countEvents(recorded: AsyncIterable<{ readonly position: number }>, events: number): Promise<void> {
  let count = 0
  for await (const { position } of recorded) {
    if (position !== count) throw new Error(`position ${position} follows ${count - 1}`)
    count += 1
    if (count === events) return
  }
  throw new Error(`${count} of ${events} events were read`)
}

async function follow(log: EmbeddedLog, events: number): Promise<void> {
  const stop = new AbortController()
  await countEvents(log.subscribe(asPosition(0), stop.signal), events)
  stop.abort()
}

async function appendSingly(log: EmbeddedLog, appends: readonly StreamAppend[]): Promise<Summary> {
  const times: number[] = []
  for (const append of appends) {
    const startedAt = performance.now()
    await log.append([append])
    times.push(performance.now() - startedAt)
  }
  return summarise(times)
}
