/** Reads the topic into the log; a batch is acknowledged only when all of it is recorded. */
import { pause } from '../../platform/pause.js'
import { readCounts } from './index/entries.js'
import { FeedError, fromFeed, gatherMore, keepFollowing, type Following } from './following.js'
import type { FeedMessage, MessageFeed } from './ports.js'
import { recordMessages } from './record-messages.js'

/** One append stays well below what a real event store takes in one batch. */
const MAX_APPEND_BYTES = 2 * 1024 * 1024
const MAX_APPEND_MESSAGES = 250
/**
 * Published messages that no validator has answered. More are not read: under a flood the answers come later than the
 * messages could be read, and what was read too early would be called late. Those without any answer time out.
 */
const MAX_UNANSWERED = 4000
const BREATH_MS = 20

export function followMessages(feed: MessageFeed, following: Following): Promise<void> {
  const { writer, context, clock, signal, index } = following
  const areAnswered = async (): Promise<void> => {
    while (readCounts(index).PUBLISHED >= MAX_UNANSWERED && !signal.aborted) await pause(BREATH_MS, signal)
  }
  return keepFollowing('messages', following, async () => {
    for await (const batch of fromFeed(feed.batches(signal))) {
      const startedAt = performance.now()
      for (const part of partsOf(batch)) {
        await areAnswered()
        if (signal.aborted) return
        await writer.perform((session) => recordMessages(session, part, context, clock()))
      }
      await feed.acknowledge(batch).catch((error: unknown) => { throw new FeedError(error) })
      await gatherMore(batch, startedAt, signal)
      if (signal.aborted) return
    }
  })
}

function* partsOf(batch: readonly FeedMessage[]): Generator<readonly FeedMessage[]> {
  let part: FeedMessage[] = []
  let bytes = 0
  for (const message of batch) {
    if (part.length > 0 && (part.length >= MAX_APPEND_MESSAGES || bytes + message.bytes.length > MAX_APPEND_BYTES)) {
      yield part
      part = []
      bytes = 0
    }
    part.push(message)
    bytes += message.bytes.length
  }
  if (part.length > 0) yield part
}
