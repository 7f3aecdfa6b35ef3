/**
 * Appends in the order in which they were asked for, in one of two ways. Small ones are written by this thread, those of
 * one turn together, which is the quickest answer. Large ones go to a thread of their own, which writes their first part
 * while this one still checks the last. Each way waits for the other, so there is one order.
 */
import type { Worker } from 'node:worker_threads'
import { createGroupCommit } from '../../platform/lmdb/group-commit.js'
import { storageErrorFrom } from '../../platform/lmdb/storage-error.js'
import { startWorker } from '../../platform/start-worker.js'
import { EventLogError } from '../errors.js'
import type { AppendResult, StreamAppend } from '../log.js'
import { prepareAppends, prepareShared, releaseChunks, type PreparedAppends } from '../prepare.js'
import type { EntryChunk } from '../prepared-entries.js'
import { appendInTransaction } from './append.js'
import { forgetUnkept, type LogTables } from './tables.js'
import { startAppendThread, type AppendThread } from './thread/append-thread.js'
import type { ThreadOptions } from './thread/messages.js'
import { recordedOf, takeRunsOf, type Taken } from './thread/part.js'
import { createTurns } from './turns.js'

export type LogWriter = {
  /** Throws EventLogError or StorageError. */
  append(appends: readonly StreamAppend[]): Promise<AppendResult>
  /** Waits for the appends that are under way. */
  close(): Promise<void>
}

export type WriterOptions = {
  /** So many events are an append worth handing over. */
  readonly largeEvents?: number | undefined
  readonly start?: (options: ThreadOptions) => Worker
}

const startThread = (options: ThreadOptions): Worker => startWorker(import.meta.url, './thread/worker', options)

export function createLogWriter(tables: LogTables, path: string, { largeEvents = 1000, start = startThread }: WriterOptions = {}): LogWriter {
  const { mostRecentIds, mostYoungTails } = tables
  const commit = createGroupCommit(tables.root, (error) => error instanceof EventLogError, () => forgetUnkept(tables))
  let thread: AppendThread | undefined
  const takeTurn = createTurns()
  /** The last append of each way that is under way; settles, and never rejects. */
  const underWay: { small?: Promise<void> | undefined; large?: Promise<void> | undefined } = {}

  const track = (way: 'small' | 'large', result: Promise<unknown>): void => {
    const settled: Promise<void> = result.then(() => undefined, () => undefined).then(() => {
      if (underWay[way] === settled) underWay[way] = undefined
    })
    underWay[way] = settled
  }

  async function here(prepared: PreparedAppends): Promise<AppendResult> {
    try {
      return await commit(() => appendInTransaction(tables, prepared))
    } catch (error) {
      if (error instanceof EventLogError) throw error
      forgetUnkept(tables)
      throw storageErrorFrom(error, path)
    }
  }

  const appendSmall = (appends: readonly StreamAppend[]): Promise<AppendResult> => {
    const prepared = prepareAppends(appends)
    return underWay.large === undefined ? here(prepared) : underWay.large.then(() => here(prepared))
  }

  async function appendLarge(appends: readonly StreamAppend[], events: number): Promise<AppendResult> {
    const { small, large } = underWay
    const chunks: EntryChunk[] = []
    const prepare = function* (): Generator<EntryChunk> {
      for (const chunk of prepareShared(appends)) {
        chunks.push(chunk)
        yield chunk
      }
    }
    // What was appended before comes first; this one is prepared now all the same, as it is now.
    const mustWait = small !== undefined || large !== undefined
    if (mustWait) for (const _chunk of prepare());
    const write = async (): Promise<Taken | AppendResult> => {
      if (thread?.hasEnded() !== false) thread = startAppendThread({ path, mostRecentIds, mostYoungTails }, start)
      const answer = await thread.append(events, mustWait ? chunks : prepare(), takeRunsOf(appends))
      if (answer.kind === 'failed') throw storageErrorFrom(Object.assign(new Error(answer.message), { code: answer.code }), path)
      return answer.kind === 'taken' ? answer.taken : await here({ appends, chunks })
    }
    try {
      const result = await takeTurn(() => (small === undefined ? write() : small.then(write)))
      return 'kind' in result ? result : { kind: 'appended', events: recordedOf(appends, result) }
    } finally {
      releaseChunks(chunks)
    }
  }

  return {
    append(appends) {
      const events = appends.reduce((count, append) => count + append.events.length, 0)
      // Only this thread looks into the indexes of format 1.
      const isLarge = events >= largeEvents && tables.old === undefined
      const result = isLarge ? appendLarge(appends, events) : appendSmall(appends)
      track(isLarge ? 'large' : 'small', result)
      return result
    },
    async close() {
      await Promise.all([underWay.small, underWay.large])
      if (thread?.hasEnded() === false) await thread.close()
    },
  }
}
