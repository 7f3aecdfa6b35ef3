/** Appends records to embedded topics: all of one call in one transaction, on disk before the promise resolves. */
import type { OffsetMark, OutgoingRecord } from '../transport.js'
import { EmbeddedTransportError } from './errors.js'
import { partitionOfKey } from './partition-of-key.js'
import { encodeRecord } from './record-codec.js'
import type { TopicTables } from './tables.js'

export type SendLimits = { readonly recordBytes: number }

type Placed = { readonly topic: string; readonly partition: number; readonly bytes: Uint8Array }

export async function sendRecords(
  tables: TopicTables, topics: ReadonlyMap<string, number>, limits: SendLimits, records: readonly OutgoingRecord[], nowMs: number,
): Promise<readonly OffsetMark[]> {
  const placed = records.map((record) => place(record, topics, limits, nowMs))
  if (placed.length === 0) return []
  return await tables.commit(() => placed.map(({ topic, partition, bytes }): OffsetMark => {
    const offset = tables.ends.get([topic, partition]) ?? 0
    tables.records.putSync([topic, partition, offset], bytes as Buffer)
    tables.ends.putSync([topic, partition], offset + 1)
    return { topic, partition, offset }
  }))
}

function place(record: OutgoingRecord, topics: ReadonlyMap<string, number>, limits: SendLimits, nowMs: number): Placed {
  const partitions = topics.get(record.topic)
  if (partitions === undefined) throw new EmbeddedTransportError('UNKNOWN_TOPIC', 'topic', `${record.topic} is not one of ${[...topics.keys()].join(', ')}`)
  const partition = record.partition ?? partitionOfKey(record.key, partitions)
  if (!Number.isSafeInteger(partition) || partition < 0 || partition >= partitions) {
    throw new EmbeddedTransportError('BAD_PARTITION', 'partition', `${partition} of ${record.topic}, which has ${partitions}`)
  }
  const bytes = encodeRecord(record, nowMs)
  if (bytes.length > limits.recordBytes) {
    throw new EmbeddedTransportError('RECORD_TOO_LARGE', 'value', `record of ${bytes.length} bytes exceeds the limit of ${limits.recordBytes}`)
  }
  return { topic: record.topic, partition, bytes }
}
