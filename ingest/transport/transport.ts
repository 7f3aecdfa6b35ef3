/**
 * The transport port: partitioned topics with consumer groups, as Kafka has them. Records are kept until consumed by
 * whoever asks; each group has its own committed offsets, so one consumer can never hide a message from another.
 */
import type { MessageKind } from '../../domain/transaction.js'

export type TransportRecord = {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** Time the transport took the record, unix milliseconds. */
  readonly timestampMs: number
}

export type OutgoingRecord = {
  readonly topic: string
  /** Chosen from the key (hash) where absent. */
  readonly partition?: number
  readonly key: Uint8Array
  readonly value: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export type TopicPartition = Omit<OffsetMark, 'offset'>

/** Next offset to read. */
export type OffsetMark = { readonly topic: string; readonly partition: number; readonly offset: number }

export type Consumer = {
  /**
   * Batches of records in offset order within a partition, from the group's committed offsets; waits for new ones.
   * The consumer holds at most one batch ahead: whoever does not pull, pauses the topic.
   */
  batches(signal: AbortSignal): AsyncIterable<readonly TransportRecord[]>
  /** Marks records as done; call it only after what they carried is durable. */
  commit(marks: readonly OffsetMark[]): Promise<void>
  /** Reads no more of these partitions, but what was read already may still come, until they are resumed. */
  pause(partitions: readonly TopicPartition[]): void
  resume(partitions: readonly TopicPartition[]): void
  /** What is resumed is read with the next batch. Where it takes a request under way to end, only long pauses are worth it. */
  readonly resumesAtOnce: boolean
  close(): Promise<void>
}

export type Transport = {
  /** Resolves when the records are durable. Returns where each one went. */
  send(records: readonly OutgoingRecord[]): Promise<readonly OffsetMark[]>
  consume(options: { readonly topics: readonly string[]; readonly group: string; readonly maxBatch?: number }): Promise<Consumer>
  /** First unread offset of each partition of the topic (the log end). */
  endOffsets(topic: string): Promise<readonly OffsetMark[]>
  committed(group: string, topic: string): Promise<readonly OffsetMark[]>
  close(): Promise<void>
}

/** The topics of the system and how many partitions each has. */
export const TOPICS = {
  anomalies: { name: 'ai.anomalies.v1', partitions: 3 },
  evidence: { name: 'ai.evidence.v1', partitions: 1 },
  policy: { name: 'ai.policy.v1', partitions: 1 },
  commits: { name: 'control.commits.v1', partitions: 1 },
  /** Outcomes of validation, one or two an anomaly. */
  validations: { name: 'control.evidence.v1', partitions: 3 },
  reputation: { name: 'control.reputation.v1', partitions: 1 },
  /** One partition: policies must be read in the order in which they were committed. */
  policyUpdates: { name: 'control.policy.v1', partitions: 1 },
  deadLetters: { name: 'ai.dlq.v1', partitions: 1 },
} as const

/** Topic name to number of partitions: what a transport holds unless it is told otherwise. */
export const systemTopics = (): Readonly<Record<string, number>> => Object.fromEntries(Object.values(TOPICS).map(({ name, partitions }) => [name, partitions]))

/** The kind of transaction that a record of this topic becomes: validators and recorders read these three. */
export const MESSAGE_KINDS: ReadonlyMap<string, MessageKind> = new Map([
  [TOPICS.anomalies.name, 'event'], [TOPICS.evidence.name, 'report'], [TOPICS.policy.name, 'policy'],
])

export const MESSAGE_TOPICS: readonly string[] = [...MESSAGE_KINDS.keys()]
