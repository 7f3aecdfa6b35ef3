/** Does every message of the topic have its lifecycle, and every lifecycle its message? Those that do not are named. */
import { sha256Hex } from '../../domain/hash.js'
import { originText, readTopic, TOPICS, type Transport } from '../../ingest/index.js'
import { count, fail, listed, ok, type Finding } from './finding.js'
import type { BookEntry, MessageBook } from './message-book.js'

export type MessagesReport = {
  /** End offsets of the topic, by partition. */
  readonly ends: Readonly<Record<string, number>>
  readonly messages: number
  readonly accounted: number
  /** Not read by the recorder yet: in flight in the topic. */
  readonly unread: number
  /** In the log, and removed from the topic since. */
  readonly gone: number
  /** Published by a block, and not met in the topic yet. */
  readonly onlyInBlocks: number
  /** Places of messages that the recorder has passed and no event accounts for. */
  readonly swallowed: readonly string[]
  /** Events whose message the topic does not hold, or not with these bytes. */
  readonly invented: readonly string[]
}

/** How far the recorder says it is. Ask before the length of the log: all below it is then in the log. */
export async function recorderMarks(transport: Pick<Transport, 'committed'>, topic: string = TOPICS.anomalies.name): Promise<ReadonlyMap<number, number>> {
  return new Map((await transport.committed('recorder', topic)).map(({ partition, offset }) => [partition, offset]))
}

export async function accountForMessages(
  transport: Pick<Transport, 'endOffsets' | 'consume'>, book: MessageBook, marks: ReadonlyMap<number, number>, topic: string = TOPICS.anomalies.name,
): Promise<MessagesReport> {
  const met = new Set<BookEntry>()
  const swallowed: string[] = []
  const invented: string[] = []
  let unread = 0
  const read = await readTopic(transport, topic, ({ partition, offset, value }) => {
    const place = originText({ topic, partition, offset })
    const messageHash = sha256Hex(value)
    const there = book.places.get(place)
    // One record is linked to a lifecycle that a block began; a further copy begins its own.
    const entry = there ?? book.fromBlocks.get(messageHash)?.find((candidate) => !met.has(candidate))
    if (entry === undefined) {
      if (offset < (marks.get(partition) ?? 0)) swallowed.push(place)
      else unread += 1
      return
    }
    met.add(entry)
    if (entry.messageHash !== messageHash) invented.push(`${entry.anomalyId} speaks of other bytes than those at ${place}`)
  })
  let gone = 0
  for (const [place, entry] of book.places) {
    const { origin } = entry
    if (met.has(entry) || origin === null || origin.topic !== topic) continue
    const begin = read.begins.get(origin.partition) ?? read.ends.get(origin.partition) ?? 0
    if (origin.offset < begin) gone += 1
    else invented.push(`${entry.anomalyId} speaks of a message at ${place}, where there is none`)
  }
  const onlyInBlocks = [...book.fromBlocks.values()].flat().filter((entry) => !met.has(entry)).length
  return { ends: Object.fromEntries(read.ends), messages: read.records, accounted: met.size, unread, gone, onlyInBlocks, swallowed, invented }
}

export function judgeMessages({ ends, messages, accounted, unread, gone, onlyInBlocks, swallowed, invented }: MessagesReport): Finding {
  const faults = [
    ...(swallowed.length === 0 ? [] : [`no event accounts for ${swallowed.length === 1 ? 'the message' : `${swallowed.length} messages`} at ${listed(swallowed)}, which the recorder says it has read; its lifecycle events are missing from the log`]),
    ...(invented.length === 0 ? [] : [`events without their message: ${listed(invented)}`]),
  ]
  if (faults.length > 0) return fail('messages', `${faults.join('; ')}; restore the eventlog folder, or the topics, from a copy`)
  const where = Object.entries(ends).map(([partition, end]) => `${partition}:${end}`).join(' ')
  const rest = [[unread, 'not read yet'], [gone, 'no longer in the topic'], [onlyInBlocks, 'only seen in blocks']].filter(([n]) => n !== 0).map(([n, what]) => `${n} ${what}`)
  return ok('messages', [`${count(messages, 'message')} up to ${where}, ${accounted} with one lifecycle each`, ...rest].join(', '))
}
