/**
 * The embedded event log: LMDB in a folder, opened by several processes at once. One recorder writes, any number of
 * projectors and API servers read. An append is on disk when it resolves.
 */
import { watchCommits } from '../../platform/lmdb/watch-commits.js'
import { checkAppends, streamOf } from '../check-append.js'
import type { EntryLog } from '../entries.js'
import { EventLogError } from '../errors.js'
import { follow, followFiltered } from '../follow.js'
import type { EventLog, LogAlarm } from '../log.js'
import { lengthOf } from './entry-table.js'
import { createGrowthWatch } from './growth.js'
import { readAll, readPage, readStream, refresh } from './read.js'
import { lastRevision } from './stream-index.js'
import { openTables, type OpenTables } from './tables.js'
import { createLogWriter, type WriterOptions } from './writer.js'

export type OpenEmbeddedLog = Omit<OpenTables, 'path'> & Pick<WriterOptions, 'largeEvents'> & { readonly onAlarm?: (alarm: LogAlarm) => void }
export type EmbeddedLog = EventLog & EntryLog

/** Opens the log in folder `path`. Throws EventLogError or StorageError, both with a sentence that says what to do. */
export async function openEmbeddedLog(path: string, { onAlarm, largeEvents, ...options }: OpenEmbeddedLog = {}): Promise<EmbeddedLog> {
  const tables = await openTables({ path, ...options })
  const writer = createLogWriter(tables, path, { largeEvents })
  let isClosed = false
  const refuseClosed = (): void => {
    if (isClosed) throw new EventLogError('CLOSED', 'log', `the event log in ${path} was closed`)
  }
  const currentLength = (): number => {
    refresh(tables)
    return lengthOf(tables.entries)
  }
  const growth = createGrowthWatch(() => (isClosed ? undefined : currentLength()), () => watch.isWatching())
  const watch = watchCommits(path, growth.sign)
  const entries: EntryLog = {
    async length() {
      refuseClosed()
      return currentLength()
    },
    async readEntries(request) {
      refuseClosed()
      refresh(tables)
      return readPage(tables, request)
    },
    waitForGrowth: growth.waitForGrowth,
  }

  return {
    async append(appends) {
      refuseClosed()
      checkAppends(appends)
      const result = await writer.append(appends)
      if (result.kind === 'id-conflict') onAlarm?.({ kind: 'id-conflict', id: result.id, stream: streamOf(appends, result.id) })
      return result
    },
    readStream: (stream, readOptions) => readStream(tables, stream, readOptions),
    readAll: (readOptions) => readAll(tables, readOptions),
    subscribe: (from, signal) => follow({ log: entries, from, signal, isClosed: () => isClosed }),
    subscribeFiltered: (from, signal, filter) => followFiltered({ log: entries, from, signal, isClosed: () => isClosed }, filter),
    async lastRevision(stream) {
      refuseClosed()
      refresh(tables)
      return lastRevision(tables, stream)
    },
    ...entries,
    async close() {
      if (isClosed) return
      isClosed = true
      watch.close()
      growth.sign()
      await writer.close()
      await tables.root.close()
    },
  }
}
