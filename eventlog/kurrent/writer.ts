/**
 * Appends. What waits together is decided together and goes to the server as one append to the log's stream, which is
 * atomic there and carries the revision that the decision was made on: where another writer was faster, or the answer
 * was lost, the writer reads what the log has now and decides again.
 */
import { randomUUID } from 'node:crypto'
import { NO_STREAM } from '@eventstore/db-client'
import { EventLogError } from '../errors.js'
import type { AppendResult, LogAlarm } from '../log.js'
import type { PreparedAppends } from '../prepare.js'
import { streamOf } from '../check-append.js'
import { isWrongRevision } from './failures.js'
import type { Known } from './known.js'
import { createLinks, type Links } from './links.js'
import { createPlan, type Plan } from './plan.js'
import { readPage, type Source } from './read.js'
import { toServer, type Stored } from './stored.js'

export type Writer = {
  append(prepared: PreparedAppends): Promise<AppendResult>
  close(): Promise<void>
}

type Job = { readonly prepared: PreparedAppends; readonly resolve: (result: AppendResult) => void; readonly reject: (error: unknown) => void }
type Decided = { readonly job: Job; readonly result: AppendResult }

const PAGE = 500
/** Below the 1 MiB that many servers take at once, unless a single append is larger. */
const MAX_GROUP_BYTES = 512 * 1024
/** A reader of a stream looks through this many events at most for links that are still to come. */
const MAX_UNLINKED = 512
const MAX_RACES = 1000

export function createWriter(source: Source, openKnown: () => Known, onAlarm?: (alarm: LogAlarm) => void): Writer {
  const { connection, names } = source
  let opened: { readonly known: Known; readonly links: Links } | undefined
  let queue: Job[] = []
  let working: Promise<void> | undefined

  /** What is known is a copy: it is only used where its last event is in the log. */
  async function open(): Promise<{ readonly known: Known; readonly links: Links }> {
    if (opened !== undefined) return opened
    const known = openKnown()
    const [last] = await readPage(source, { from: known.position() - 1, count: 1 })
    if (last?.id !== known.lastId()) known.clear()
    opened = { known, links: createLinks(source, last === undefined || known.position() === 0 ? 0 : last.linked) }
    // Between the mark and what is known, links may be missing too.
    await eachPage(opened.links.linked(), known.position(), (page) => opened?.links.add(page))
    return opened
  }

  async function eachPage(from: number, end: number, take: (page: readonly Stored[]) => void): Promise<void> {
    for (let next = from; next < end;) {
      const page = await readPage(source, { from: next, count: Math.min(PAGE, end - next) })
      if (page.length === 0) return
      take(page)
      next += page.length
    }
  }

  const readAt = async (position: number): Promise<Stored> => {
    const [stored] = await readPage(source, { from: position, count: 1 })
    if (stored === undefined) throw new EventLogError('GAP', 'position', `position ${position} is no longer in the log's stream ${names.order}; restore the server from a backup`)
    return stored
  }

  async function work(): Promise<void> {
    while (queue.length > 0) {
      const jobs = queue
      queue = []
      try {
        await settle(jobs)
      } catch (error) {
        for (const job of [...jobs, ...queue]) job.reject(error)
        queue = []
      }
    }
    // In the same step as the last look at the queue: who comes later starts anew.
    working = undefined
  }

  /** Brings as many of the jobs as fit together to their end; the others go back to the front of the queue. */
  async function settle(jobs: readonly Job[]): Promise<void> {
    const { known, links } = await open()
    const patience = connection.patience()
    /** Where appends went whose answer was lost: what is found there is our own. */
    const uncertain = new Set<number>()
    for (let races = 0; races < MAX_RACES; races++) {
      if (races > 0 || known.position() === 0 || uncertain.size > 0) await catchUp(known, links)
      await links.untilAtMost(MAX_UNLINKED)
      const plan = createPlan(known, readAt, links.linked())
      const { decided, rest } = await decideAll(plan, jobs)
      const outcome = plan.events.length === 0 ? await check(known) : await write(plan, known.position())
      if (outcome === 'raced') continue
      if (outcome !== 'written') {
        uncertain.add(known.position())
        await patience.pauseAfter(outcome)
        continue
      }
      known.fold(plan.events)
      links.add(plan.events)
      links.start()
      queue = [...rest, ...queue]
      for (const { job, result } of decided) {
        if (result.kind === 'id-conflict') onAlarm?.({ kind: 'id-conflict', id: result.id, stream: streamOf(job.prepared.appends, result.id) })
        job.resolve(isOurs(result, uncertain) ? { ...result, kind: 'appended' } : result)
      }
      return
    }
    throw new EventLogError('CONTENDED', 'append', `lost ${MAX_RACES} races in a row against other writers of the log; one recorder is enough`)
  }

  async function decideAll(plan: Plan, jobs: readonly Job[]): Promise<{ readonly decided: readonly Decided[]; readonly rest: readonly Job[] }> {
    const decided: Decided[] = []
    for (const [i, job] of jobs.entries()) {
      if (plan.bytes() > MAX_GROUP_BYTES) return { decided, rest: jobs.slice(i) }
      try {
        decided.push({ job, result: await plan.decide(job.prepared) })
      } catch (error) {
        if (!(error instanceof EventLogError) || error.code !== 'TOO_LARGE') throw error
        job.reject(error)
      }
    }
    return { decided, rest: [] }
  }

  /** A refusal must rest on the log as it is now, not on what was known of it. */
  async function check(known: Known): Promise<'written' | 'raced'> {
    const page = await readPage(source, { from: known.position(), count: 1 })
    return page.length === 0 ? 'written' : 'raced'
  }

  async function write(plan: Plan, position: number): Promise<'written' | 'raced' | EventLogError> {
    const attempt = randomUUID()
    try {
      const outcome = await connection.once((client) =>
        client.appendToStream(names.order, plan.events.map((stored) => toServer(stored, attempt)), { streamState: position === 0 ? NO_STREAM : BigInt(position - 1) }))
      return outcome.kind === 'done' ? 'written' : outcome.error
    } catch (error) {
      if (isWrongRevision(error)) return 'raced'
      throw error
    }
  }

  async function catchUp(known: Known, links: Links): Promise<void> {
    await eachPage(known.position(), Infinity, (page) => {
      known.fold(page)
      links.add(page)
    })
  }

  return {
    append: (prepared) => new Promise((resolve, reject) => {
      queue.push({ prepared, resolve, reject })
      if (working === undefined) working = work()
    }),
    async close() {
      await working
      await opened?.links.untilAtMost(0).catch(() => undefined)
      await opened?.known.close()
    },
  }
}

const isOurs = (result: AppendResult, uncertain: ReadonlySet<number>): result is AppendResult & { readonly kind: 'already-there' } =>
  result.kind === 'already-there' && result.events.some(({ position }) => uncertain.has(position))
