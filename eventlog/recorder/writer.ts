/**
 * The one way into the log. A piece of work decides on what the index knows; the append carries the revisions it
 * decided on; where another writer was faster the index catches up and the work decides again. Work is done one after
 * the other, so the log has one order; what waits while the disk is busy goes into the next append together.
 */
import type { EventLog } from '../log.js'
import { RecorderAlarm } from './errors.js'
import type { RecorderIndex } from './index/open-index.js'
import { openSession, type Session } from './session.js'

export type Writer = {
  /** Runs `work` to its end, in turn. It may run again, each time from what is then known. */
  perform<T>(work: (session: Session) => T): Promise<T>
}

const MAX_ATTEMPTS = 50
/** Pieces of work an append: bounds its size. */
const MAX_GROUP = 16

export function createWriter(log: EventLog, index: RecorderIndex): Writer {
  async function attempt<T>(work: (session: Session) => T): Promise<T> {
    for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
      const session = openSession(index)
      const result = work(session)
      const appends = session.appends()
      const position = index.position()
      if (appends.length === 0) {
        if (session.facts.changes.size > 0) await index.write(session.facts, position)
        return result
      }
      const outcome = await log.append(appends)
      if (outcome.kind === 'appended') {
        const positions = outcome.events.map((event) => event.position)
        const isNext = Math.min(...positions) === position && Math.max(...positions) === position + positions.length - 1
        if (isNext) {
          await index.write(session.facts, position + positions.length)
          return result
        }
      }
      const read = await index.catchUp(log)
      if (outcome.kind === 'already-there' && read === 0) return result
      // What somebody else recorded in the meantime is a race; a conflict with what was known is a contradiction.
      if (outcome.kind === 'id-conflict' && read === 0) {
        throw new RecorderAlarm('ID_CONFLICT', `event ${outcome.id}`, 'is in the log with other content; stop all recorders and run audit fsck')
      }
    }
    throw new RecorderAlarm('CONTENDED', 'append', `lost ${MAX_ATTEMPTS} races in a row; is another recorder writing this log?`)
  }

  let waiting: Job[] = []
  let isBusy = false

  async function runWaiting(): Promise<void> {
    isBusy = true
    while (waiting.length > 0) {
      const jobs = waiting.slice(0, MAX_GROUP)
      waiting = waiting.slice(MAX_GROUP)
      await runTogether(jobs)
    }
    isBusy = false
  }

  async function runTogether(jobs: readonly Job[]): Promise<void> {
    try {
      const results = await attempt((session) => jobs.map(({ work }) => work(session)))
      jobs.forEach(({ resolve }, i) => resolve(results[i]))
    } catch (error) {
      if (jobs.length === 1) return jobs.forEach(({ reject }) => reject(error))
      // One of them fails; the others must not fail with it.
      for (const job of jobs) await runTogether([job])
    }
  }

  return {
    perform: <T>(work: (session: Session) => T) => new Promise<T>((resolve, reject) => {
      waiting.push({ work, resolve: resolve as (value: unknown) => void, reject })
      if (!isBusy) void runWaiting()
    }),
  }
}

type Job = { readonly work: (session: Session) => unknown; readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
