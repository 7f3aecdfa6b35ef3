/** What a broker says of offsets, as numbers. */
import type { Admin } from 'kafkajs'
import type { OffsetMark } from '../transport.js'

/** Next offset that each partition will give out. */
export async function endOffsets(admin: Admin, topic: string): Promise<readonly OffsetMark[]> {
  const partitions = await admin.fetchTopicOffsets(topic)
  return inOrder(partitions.map(({ partition, high }) => ({ topic, partition, offset: Number(high) })))
}

/** Where a group goes on reading: what it committed, or the first record that is kept. */
export async function committedOffsets(admin: Admin, group: string, topic: string): Promise<readonly OffsetMark[]> {
  const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
  const first = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, low }) => [partition, Number(low)]))
  return inOrder([...first].map(([partition, low]) => {
    const offset = Number(committed?.partitions.find((entry) => entry.partition === partition)?.offset ?? -1)
    return { topic, partition, offset: offset < 0 ? low : offset }
  }))
}

const inOrder = (marks: OffsetMark[]): OffsetMark[] => marks.sort((a, b) => a.partition - b.partition)
