/**
 * The thread that writes large appends, as the main one sees it. It is started by the first of them, and does not keep
 * the program alive while it has nothing to do.
 */
import type { Worker } from 'node:worker_threads'
import { EventLogError } from '../../errors.js'
import type { EntryChunk } from '../../prepared-entries.js'
import { newShared, signPosted, stopBetweenTransactions, type FromThread, type ThreadOptions, type ToThread } from './messages.js'
import type { TakeRuns } from './part.js'

export type AppendThread = {
  /**
   * Hands an append over, chunk by chunk as they are made, and resolves with what became of it. It is all handed over when
   * this returns: the thread then needs nobody to end its transaction. Rejects with EventLogError where the thread ended.
   * @param events in all chunks together
   */
  append(events: number, chunks: Iterable<EntryChunk>, takeRuns: TakeRuns): Promise<FromThread>
  readonly hasEnded: () => boolean
  /** Resolves when the thread does not run any more. Only to be called when every append was answered. */
  close(): Promise<void>
}

type Waiting = { readonly resolve: (answer: FromThread) => void; readonly reject: (error: EventLogError) => void }

export function startAppendThread(options: Omit<ThreadOptions, 'shared'>, start: (data: ThreadOptions) => Worker): AppendThread {
  const shared = newShared()
  const thread = start({ ...options, shared })
  const waiting: Waiting[] = []
  let failure: EventLogError | undefined

  const stop = (): void => stopBetweenTransactions(shared)
  const wait = (one: Waiting): void => {
    if (waiting.push(one) > 1) return
    thread.ref()
    process.on('exit', stop)
  }
  const rest = (): void => {
    if (waiting.length > 0) return
    thread.unref()
    process.off('exit', stop)
  }
  const fail = (reason: string, cause?: unknown): void => {
    failure ??= new EventLogError('WRITER_ENDED', 'append', `the thread that writes large appends ended (${reason}); whether this append is in the log is not known, so append the same events again: those that are there already are not doubled`, { cause })
    for (const { reject } of waiting.splice(0)) reject(failure)
    rest()
  }
  thread.unref()
  thread.on('message', (answer: FromThread) => {
    waiting.shift()?.resolve(answer)
    rest()
  })
  thread.on('messageerror', (cause) => fail('its answer cannot be read', cause))
  thread.on('error', (cause) => fail(cause instanceof Error ? cause.message : String(cause), cause))
  const ended = new Promise<void>((resolve) => {
    thread.on('exit', (code) => {
      fail(`code ${code}`)
      resolve()
    })
  })

  const post = (message: ToThread): void => {
    thread.postMessage(message)
    signPosted(shared)
  }
  return {
    append(events, chunks, takeRuns) {
      if (failure !== undefined) return Promise.reject(failure)
      const answer = new Promise<FromThread>((resolve, reject) => wait({ resolve, reject }))
      post({ kind: 'begin', events })
      try {
        for (const { words: { buffer }, count } of chunks) post({ kind: 'part', part: { memory: buffer as SharedArrayBuffer, count, ...takeRuns(count) } })
      } catch (error) {
        post({ kind: 'abandon' })
        answer.catch(() => undefined)
        throw error
      }
      post({ kind: 'end' })
      return answer
    },
    hasEnded: () => failure !== undefined,
    async close() {
      // Else a program that has nothing else to do would end first, and stop the thread while it closes the store.
      thread.ref()
      process.on('exit', stop)
      post({ kind: 'close' })
      await ended
      process.off('exit', stop)
    },
  }
}
