/** What each follower of a feed is given, and how a failing feed is read again without giving up or spinning. */
import type { UnixMillis } from '../../domain/ids.js'
import type { SignatureChecks } from '../../platform/crypto/verified-cache.js'
import { pause } from '../../platform/pause.js'
import type { RecorderContext } from './context.js'
import type { RecorderIndex } from './index/open-index.js'
import type { Notice } from './notices.js'
import type { Writer } from './writer.js'

export type Following = {
  readonly writer: Writer
  readonly index: RecorderIndex
  readonly context: RecorderContext
  readonly clock: () => UnixMillis
  readonly tell: (notice: Notice) => void
  readonly signal: AbortSignal
  readonly tickMs: number
  readonly verifyAhead: VerifyAhead | undefined
}

export type VerifyAhead = SignatureChecks['ahead']

/** An error of the feed itself; errors of the log or the index pass through and stop the recorder. */
export class FeedError extends Error {
  constructor(override readonly cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause))
    this.name = 'FeedError'
  }
}

const LONGEST_RETRY_MS = 5000

const GATHER_TIMES = 4
const LONGEST_GATHER_MS = 100
/** A batch of so many is worth an append. */
const LARGE_BATCH = 64

/** An append costs a flush whatever it holds: after a small batch the next one gathers for four times as long as it took. */
export async function gatherMore(batch: { readonly length: number }, startedAtMs: number, signal: AbortSignal): Promise<void> {
  if (batch.length < LARGE_BATCH) await pause(Math.min(LONGEST_GATHER_MS, GATHER_TIMES * (performance.now() - startedAtMs)), signal)
}

/** Runs `follow` until the signal; on a FeedError again, after a pause that doubles. */
export async function keepFollowing(feed: 'messages' | 'receipts' | 'chain', { tell, signal, tickMs }: Following, follow: () => Promise<void>): Promise<void> {
  let retryMs = tickMs
  while (!signal.aborted) {
    const before = Date.now()
    try {
      await follow()
    } catch (error) {
      if (!(error instanceof FeedError)) throw error
      if (!signal.aborted) tell({ kind: 'feed-failed', feed, reason: error.message })
    }
    if (Date.now() - before > LONGEST_RETRY_MS) retryMs = tickMs
    await pause(retryMs, signal)
    retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
  }
}

/** Iterates a feed so that its own errors are FeedErrors and errors of the loop's body are not. */
export async function* fromFeed<T>(feed: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = feed[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => { throw new FeedError(error) })
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.(undefined)
  }
}
