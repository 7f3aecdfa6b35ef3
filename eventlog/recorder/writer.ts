/**
 * The one way into the log. A piece of work decides on what the index knows; the append carries the revisions it
 * decided on; where another writer was faster the index catches up and the work decides again. Work is done one after
 * the other, so the log has one order.
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

export function createWriter(log: EventLog, index: RecorderIndex): Writer {
  let turn: Promise<unknown> = Promise.resolve()

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

  return {
    perform(work) {
      const mine = turn.then(() => attempt(work))
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}
