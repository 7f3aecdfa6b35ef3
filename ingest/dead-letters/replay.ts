/**
 * Sends refused messages again: the original's key, value and headers to the original's partition, and one header that
 * names the original. That header in the topic is the record of the replay, so there is nothing beside it that a kill
 * could leave behind: whoever replays reads the topic first, and what is there is not sent again.
 */
import { utf8ToBytes } from '../../domain/bytes.js'
import { sha256Hex } from '../../domain/hash.js'
import { decodeAnomaly } from '../../domain/message/anomaly.js'
import type { Origin } from '../../domain/receipt.js'
import type { OutgoingRecord, Transport } from '../transport/transport.js'
import { originText, type ReceivedLetter } from './letter.js'
import { readTopic } from './read-topic.js'

/** Header of a replayed record: place of the original, as `topic/partition/offset`. */
export const REPLAY_HEADER = 'replay_of'

/** Where letters' messages lie a second time, by the place of the original. */
export type Replays = ReadonlyMap<string, Origin>

/** A copy counts only with the very bytes: nobody keeps a message from being replayed by naming it. */
export async function findReplays(transport: Pick<Transport, 'endOffsets' | 'consume'>, letters: readonly ReceivedLetter[]): Promise<Replays> {
  const wanted = new Map(letters.map((letter) => [originText(letter.origin), letter]))
  const found = new Map<string, Origin>()
  for (const topic of new Set(letters.map(({ origin }) => origin.topic))) {
    await readTopic(transport, topic, ({ partition, offset, headers, value }) => {
      const of = headers[REPLAY_HEADER]
      const letter = of === undefined ? undefined : wanted.get(of)
      if (of === undefined || letter === undefined || found.has(of) || letter.origin.topic !== topic) return
      if (sha256Hex(value) === letter.messageHash) found.set(of, { topic, partition, offset })
    })
  }
  return found
}

const BATCH = 100

/**
 * Sends each letter that was not sent before. The caller holds a lock: two at once would not see each other.
 * @returns where each message lies now, and which of them lay there before
 */
export async function replay(
  transport: Pick<Transport, 'endOffsets' | 'consume' | 'send'>, letters: readonly ReceivedLetter[], known?: Replays,
): Promise<{ readonly sent: Replays; readonly before: Replays }> {
  const before = known ?? await findReplays(transport, letters)
  const due = letters.filter(({ origin }) => !before.has(originText(origin)))
  const sent = new Map<string, Origin>()
  for (let start = 0; start < due.length; start += BATCH) {
    const part = due.slice(start, start + BATCH)
    const places = await transport.send(part.map(recordOf))
    part.forEach(({ origin }, i) => {
      const place = places[i]
      if (place !== undefined) sent.set(originText(origin), place)
    })
  }
  return { sent, before }
}

function recordOf(letter: ReceivedLetter): OutgoingRecord {
  const { origin, bytes, headers } = letter
  return { topic: origin.topic, partition: origin.partition, key: keyOf(letter), value: bytes, headers: { ...headers, [REPLAY_HEADER]: originText(origin) } }
}

/** A letter names the key only where it is not the producer's id. */
function keyOf({ key, bytes, origin }: ReceivedLetter): Uint8Array {
  if (key !== undefined) return key
  const decoded = decodeAnomaly(bytes)
  return decoded.ok ? decoded.message.producerId : utf8ToBytes(originText(origin))
}
