/** What lies in the topics and the recorder has not read: no count of its own knows of it. */
import { RECORDER_GROUP, RECORDER_TOPICS, type Transport } from '../../ingest/index.js'

/** Offsets are committed a moment after the records were recorded, so this errs on the side of what is not there any more. */
export async function countUnread(transport: Pick<Transport, 'endOffsets' | 'committed'>): Promise<number> {
  const counts = await Promise.all(RECORDER_TOPICS.map(async (topic) => {
    const [ends, read] = await Promise.all([transport.endOffsets(topic), transport.committed(RECORDER_GROUP, topic)])
    const next = new Map(read.map(({ partition, offset }) => [partition, offset]))
    return ends.reduce((sum, { partition, offset }) => sum + Math.max(0, offset - (next.get(partition) ?? 0)), 0)
  }))
  return counts.reduce((sum, count) => sum + count, 0)
}
