/** The long version of the books: the event log held against every message and every dead letter of the topics. */
import { readLetters, TOPICS } from '../../ingest/index.js'
import { openTopicsOf, trustOf } from '../dlq/open-letters.js'
import type { DataFolder } from '../data-folder/open.js'
import type { Progress } from '../shared/progress.js'
import { checkHours, type HourLine } from './check-hours.js'
import { producerNames } from './check-ledger.js'
import { accountForLetters, judgeLetters, type LettersReport } from './check-letters.js'
import { accountForMessages, judgeMessages, recorderMarks, type MessagesReport } from './check-messages.js'
import { warn, type Finding } from './finding.js'
import type { LogVisitor } from './log-visitor.js'
import { createMessageBook } from './message-book.js'

export type FullLedger = { readonly hours: readonly HourLine[]; readonly messages: MessagesReport; readonly deadLetters: LettersReport }

export type OpenLedger = {
  /** They must see the whole log before `close`. */
  readonly visitors: readonly LogVisitor[]
  /** Reads the topics. */
  close(progress: Progress): Promise<{ readonly findings: readonly Finding[]; readonly report: Pick<FullLedger, 'hours'> & Partial<FullLedger> }>
  release(): Promise<void>
}

/** Call it before the length of the log is asked for: what the topics say now is in the log then. */
export async function openFullLedger(data: DataFolder): Promise<OpenLedger> {
  const transport = await openTopicsOf(data)
  const book = createMessageBook()
  const hours = checkHours(producerNames(data.genesis))
  const marks = transport === undefined ? new Map<number, number>() : await recorderMarks(transport)
  const letterEnds = new Map((await transport?.endOffsets(TOPICS.deadLetters.name) ?? []).map(({ partition, offset }) => [partition, offset]))
  return {
    visitors: [book, hours],
    async close(progress) {
      if (transport === undefined) return { findings: [warn('messages', 'there are no topics yet; they begin when `cybermesh up` runs')], report: { hours: hours.lines() } }
      progress.show('reading the topics')
      const messages = await accountForMessages(transport, book, marks)
      const deadLetters = accountForLetters(book, await readLetters(transport, trustOf(data.genesis)), letterEnds)
      return { findings: [judgeMessages(messages), ...judgeLetters(deadLetters)], report: { hours: hours.lines(), messages, deadLetters } }
    },
    release: async () => void await transport?.close(),
  }
}
