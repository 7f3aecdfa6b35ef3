/**
 * Durable topics in one folder, the transport's default where no Kafka runs: several processes share them, offsets
 * are kept for each group, and `send` resolves only after fsync. It is the in-house stand-in for a broker on one
 * machine; it never loses an acknowledged record and never reorders a partition.
 */
import { watchCommits } from '../../../platform/lmdb/watch-commits.js'
import { systemTopics, type OffsetMark, type Transport } from '../transport.js'
import { committedOffset, createConsumer } from './consume.js'
import { EmbeddedTransportError } from './errors.js'
import { sendRecords } from './send.js'
import { openTables, settleLayout } from './tables.js'
import { createWakeUp } from './wake-up.js'

export type EmbeddedTransportOptions = {
  /** Topic name to number of partitions; by default the topics of the system. */
  readonly topics?: Readonly<Record<string, number>>
  /** Largest stored record with key and headers, bytes. */
  readonly maxRecordBytes?: number
  /** Largest batch a consumer hands out, bytes (one record may exceed it). */
  readonly maxBatchBytes?: number
  /** Clock for record times, unix milliseconds. */
  readonly now?: () => number
}

/** Well above the 1 MB message limit, so that too large messages arrive and are refused by name. */
const DEFAULT_MAX_RECORD_BYTES = 4 * 1024 * 1024
const DEFAULT_MAX_BATCH_BYTES = 4 * 1024 * 1024
const DEFAULT_MAX_BATCH = 500

/** Opens (creates) the topics in folder `path`. Throws EmbeddedTransportError. */
export async function openEmbeddedTransport(path: string, options: EmbeddedTransportOptions = {}): Promise<Transport> {
  const topics = new Map(Object.entries(options.topics ?? systemTopics()))
  const limits = { recordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES }
  const now = options.now ?? Date.now
  const tables = openTables(path)
  try {
    await settleLayout(tables, topics)
  } catch (error) {
    await tables.root.close()
    throw error
  }
  const wakeUp = createWakeUp()
  const watch = watchCommits(path, wakeUp.all)
  const consumers = new Set<{ close(): Promise<void> }>()
  let isClosed = false

  function assertOpen(): void {
    if (isClosed) throw new EmbeddedTransportError('CLOSED', 'transport', 'used after close')
  }
  function partitionsOf(topic: string): { topic: string; partition: number }[] {
    const count = topics.get(topic)
    if (count === undefined) throw new EmbeddedTransportError('UNKNOWN_TOPIC', 'topic', `${topic} is not one of ${[...topics.keys()].join(', ')}`)
    return Array.from({ length: count }, (_, partition) => ({ topic, partition }))
  }

  return {
    async send(records) {
      assertOpen()
      const marks = await sendRecords(tables, topics, limits, records, now())
      wakeUp.all()
      return marks
    },
    async consume({ topics: names, group, maxBatch = DEFAULT_MAX_BATCH }) {
      assertOpen()
      if (group === '') throw new EmbeddedTransportError('BAD_OPTION', 'group', 'must not be empty')
      if (!Number.isSafeInteger(maxBatch) || maxBatch < 1) throw new EmbeddedTransportError('BAD_OPTION', 'maxBatch', `must be at least 1, got ${maxBatch}`)
      const consumer = createConsumer({
        tables, group, maxBatch, partitions: names.flatMap(partitionsOf),
        maxBatchBytes: options.maxBatchBytes ?? DEFAULT_MAX_BATCH_BYTES, pause: wakeUp.pause, wake: wakeUp.all, isTold: watch.isWatching,
      })
      consumers.add(consumer)
      return consumer
    },
    async endOffsets(topic) {
      assertOpen()
      tables.root.resetReadTxn()
      return partitionsOf(topic).map(({ partition }): OffsetMark => ({ topic, partition, offset: tables.ends.get([topic, partition]) ?? 0 }))
    },
    async committed(group, topic) {
      assertOpen()
      tables.root.resetReadTxn()
      return partitionsOf(topic).map(({ partition }): OffsetMark => ({ topic, partition, offset: committedOffset(tables, group, topic, partition) }))
    },
    async close() {
      if (isClosed) return
      isClosed = true
      watch.close()
      for (const consumer of consumers) await consumer.close()
      wakeUp.all()
      await tables.root.close()
    },
  }
}
