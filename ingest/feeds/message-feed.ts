/** The topics that bring messages as the recorder's message feed. */
import type { MessageFeed } from '../../eventlog/recorder/ports.js'
import { nextOffsets } from '../transport/next-offsets.js'
import { MESSAGE_KINDS, MESSAGE_TOPICS, type Consumer } from '../transport/transport.js'

/** `consumer` must read RECORDER_TOPICS in a group of the recorder's own. Acknowledging commits its offsets. */
export function messageFeedOf(consumer: Consumer): MessageFeed {
  return {
    async *batches(signal) {
      for await (const batch of consumer.batches(signal)) {
        yield batch.map(({ topic, partition, offset, key, value, headers, timestampMs }) =>
          ({ kind: MESSAGE_KINDS.get(topic) ?? 'event', origin: { topic, partition, offset }, bytes: value, timestampMs, key, headers }))
      }
    },
    acknowledge: (batch) => consumer.commit(nextOffsets(batch.map(({ origin }) => origin))),
  }
}

export const RECORDER_TOPICS = MESSAGE_TOPICS
/** The recorder's consumer group: one for all recorders of a network, of which one works. */
export const RECORDER_GROUP = 'recorder'
