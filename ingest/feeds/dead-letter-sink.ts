/** Refused messages to the dead-letter topic, with the original's headers and the bytes as they came. */
import { utf8ToBytes } from '../../domain/bytes.js'
import type { DeadLetterSink } from '../../eventlog/recorder/ports.js'
import { TOPICS, type Transport } from '../transport/transport.js'

/** The key is the origin, so a second copy of the same letter is recognised. */
export function deadLetterSinkOf(transport: Pick<Transport, 'send'>, topic: string = TOPICS.deadLetters.name): DeadLetterSink {
  return {
    async send(letters) {
      await transport.send(letters.map(({ origin, code, bytes }) => ({
        topic,
        key: utf8ToBytes(`${origin.topic}/${origin.partition}/${origin.offset}`),
        value: bytes,
        headers: {
          original_topic: origin.topic,
          original_partition: String(origin.partition),
          original_offset: String(origin.offset),
          error: code,
        },
      })))
    },
  }
}
