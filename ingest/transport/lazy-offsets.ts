/**
 * Commits offsets now and then instead of after every batch. An offset that is committed late only means that records
 * are read again after a crash, and their readers recognise them; an fsync a batch, by every reader of shared topics,
 * is what makes the others wait.
 */
import type { Consumer, OffsetMark, Transport } from './transport.js'

const DEFAULT_EVERY_MS = 250

/** The same transport, with consumers that commit at most every `everyMs` and when they are closed. */
export const withLazyOffsets = (transport: Transport, everyMs = DEFAULT_EVERY_MS): Transport => ({
  ...transport,
  consume: async (options) => lazily(await transport.consume(options), everyMs),
})

function lazily(consumer: Consumer, everyMs: number): Consumer {
  const due = new Map<string, OffsetMark>()
  let timer: NodeJS.Timeout | undefined
  let failure: { readonly error: unknown } | undefined

  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const marks = [...due.values()]
    due.clear()
    if (marks.length > 0) await consumer.commit(marks)
  }

  return {
    batches: consumer.batches,
    pause: consumer.pause,
    resume: consumer.resume,
    resumesAtOnce: consumer.resumesAtOnce,
    commit(marks) {
      if (failure !== undefined) return Promise.reject(failure.error as Error)
      for (const mark of marks) due.set(`${mark.topic} ${mark.partition}`, mark)
      timer ??= setTimeout(() => {
        // The next commit of the reader reports it.
        flush().catch((error: unknown) => { failure = { error } })
      }, everyMs)
      return Promise.resolve()
    },
    async close() {
      await flush()
      await consumer.close()
    },
  }
}
