/**
 * The event log on EventStoreDB or KurrentDB, through their own client. Positions are revisions of one stream on the
 * server; any number of processes may read and write it. An append is durable on the server when it resolves.
 */
import { checkAppends } from '../check-append.js'
import { pause } from '../../platform/pause.js'
import type { EntryLog, LogEntry } from '../entries.js'
import { EventLogError } from '../errors.js'
import { follow, followFiltered } from '../follow.js'
import type { EventLog, LogAlarm, RecordedEvent } from '../log.js'
import { prepareAppends } from '../prepare.js'
import { checkAbout } from './about.js'
import { hostOf, openConnection } from './connection.js'
import { createGrowth } from './growth.js'
import { knownInMemory, knownOnDisk } from './known.js'
import { namesIn } from './names.js'
import { lastRevision, readAll, readLength, readPage, readStream, type Source } from './read.js'
import { bytesOf, recordedOf, type Stored } from './stored.js'
import { createTail } from './tail.js'
import { createWriter } from './writer.js'

export type KurrentLog = EventLog & EntryLog

export type OpenKurrentLog = {
  /** kurrentdb://user:password@host:2113?tls=true; esdb:// and +discover work too. */
  readonly url: string
  /** Put before the names of all streams, so that several logs share a server. */
  readonly namespace?: string
  /** Refuses a log of another chain; written into a log that has none yet. */
  readonly chainId?: string
  /** False: a server without a log is an error instead of a new log. */
  readonly create?: boolean
  /** Where a writer keeps what it knows of the log; absent: in memory, about 150 bytes an event. */
  readonly indexPath?: string
  /** How long a call may go on failing because of the connection, ms. */
  readonly patienceMs?: number
  readonly onAlarm?: (alarm: LogAlarm) => void
}

const DEFAULT_PATIENCE_MS = 30_000
/** Links that are not written by then are written by whoever opens the log next. */
const CLOSE_WITHIN_MS = 5000

/** Opens the log. Throws EventLogError with a sentence that says what to do. */
export async function openKurrentLog(options: OpenKurrentLog): Promise<KurrentLog> {
  const { url, namespace, chainId, create = true, indexPath, patienceMs = DEFAULT_PATIENCE_MS, onAlarm } = options
  const connection = openConnection({ url, patienceMs })
  const source: Source = { connection, names: namesIn(namespace) }
  try {
    await checkAbout(source, url, create ? chainId : undefined)
    if (!create && (await readLength(source)) === 0) {
      throw new EventLogError('NOT_FOUND', 'eventlog', `there is no event log at ${hostOf(url)}; start "cybermesh up --eventlog" there first, or correct the address`)
    }
  } catch (error) {
    await connection.close()
    throw error
  }
  const growth = createGrowth(source)
  const tail = createTail(source)
  const writer = createWriter(source, () => (indexPath === undefined ? knownInMemory() : knownOnDisk(indexPath)), onAlarm)
  let closing: Promise<void> | undefined
  const isClosed = (): boolean => closing !== undefined
  const refuseClosed = (): void => {
    if (isClosed()) throw new EventLogError('CLOSED', 'log', `the event log at ${hostOf(url)} was closed`)
  }
  const entries: EntryLog = {
    async length() {
      refuseClosed()
      return readLength(source)
    },
    async readEntries({ from, limit, maxBytes }) {
      refuseClosed()
      const page = await readPage(source, { from, count: limit, ...(maxBytes === undefined ? {} : { maxBytes }) })
      return page.map((stored): LogEntry => ({ position: stored.place.position, bytes: bytesOf(stored) }))
    },
    waitForGrowth: (length, signal) => growth.waitFor(length, signal),
  }
  const close = async (): Promise<void> => {
    const finished = writer.close().catch(() => undefined)
    const late = new AbortController()
    await Promise.race([finished, pause(CLOSE_WITHIN_MS, late.signal)])
    late.abort()
    await growth.close()
    // Ends what is still being tried.
    await connection.close()
    await finished
  }
  return {
    ...entries,
    async append(appends) {
      refuseClosed()
      checkAppends(appends)
      return writer.append(prepareAppends(appends))
    },
    readStream: (stream, direction) => decoded(readStream(source, tail, stream, direction)),
    readAll: (direction) => decoded(readAll(source, direction)),
    subscribe: (from, signal) => follow({ log: entries, from, signal, isClosed }),
    subscribeFiltered: (from, signal, filter) => followFiltered({ log: entries, from, signal, isClosed }, filter),
    async lastRevision(stream) {
      refuseClosed()
      return lastRevision(source, tail, stream)
    },
    close: () => (closing ??= close()),
  }
}

async function* decoded(stored: AsyncIterable<Stored>): AsyncGenerator<RecordedEvent> {
  for await (const one of stored) yield recordedOf(one)
}
