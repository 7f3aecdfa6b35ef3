/** Reads a topic once from its beginning to where it ended when asked, and leaves no trace: no offset is committed. */
import { randomUUID } from 'node:crypto'
import type { Transport, TransportRecord } from '../transport/transport.js'

/** Records may have been removed by the cluster, so the last offset need not come: after this long without any we are through. */
const QUIET_MS = 10_000

export type TopicRead = {
  /** First offset after what was asked for, by partition. */
  readonly ends: ReadonlyMap<number, number>
  /** First offset that was there, by partition; absent where nothing came. */
  readonly begins: ReadonlyMap<number, number>
  /** Records handed to `visit`. */
  readonly records: number
}

export async function readTopic(
  transport: Pick<Transport, 'endOffsets' | 'consume'>, topic: string, visit: (record: TransportRecord) => void, quietMs = QUIET_MS,
): Promise<TopicRead> {
  const ends = new Map((await transport.endOffsets(topic)).map(({ partition, offset }) => [partition, offset]))
  const open = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition))
  const begins = new Map<number, number>()
  let records = 0
  if (open.size === 0) return { ends, begins, records }

  const consumer = await transport.consume({ topics: [topic], group: `cybermesh-look-${randomUUID()}` })
  const done = new AbortController()
  let quiet = setTimeout(() => done.abort(), quietMs)
  try {
    for await (const batch of consumer.batches(done.signal)) {
      clearTimeout(quiet)
      for (const record of batch) {
        const { partition, offset } = record
        const end = ends.get(partition) ?? 0
        if (offset < end) {
          if (!begins.has(partition)) begins.set(partition, offset)
          visit(record)
          records += 1
        }
        if (offset >= end - 1) open.delete(partition)
      }
      if (open.size === 0) break
      quiet = setTimeout(() => done.abort(), quietMs)
    }
  } finally {
    clearTimeout(quiet)
    await consumer.close()
  }
  return { ends, begins, records }
}
