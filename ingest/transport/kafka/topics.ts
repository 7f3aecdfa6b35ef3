/** The topics that must be there: looked at when the transport opens, made only where that is asked for. */
import type { Admin } from 'kafkajs'
import { KafkaTransportError } from './errors.js'

export type TopicPartitions = ReadonlyMap<string, number>

/** Throws KafkaTransportError naming the topic that is missing or too narrow. Gives the partitions each really has. */
export async function requireTopics(admin: Admin, wanted: TopicPartitions): Promise<TopicPartitions> {
  const known = await admin.listTopics()
  for (const [topic, partitions] of wanted) {
    if (!known.includes(topic)) {
      throw new KafkaTransportError('MISSING_TOPIC', 'topic', `${topic} does not exist, or this user may not DESCRIBE it; make it: kafka-topics --create --topic ${topic} --partitions ${partitions}`)
    }
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [...wanted.keys()] })
  const found = new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
  for (const [topic, partitions] of wanted) {
    const has = found.get(topic) ?? 0
    if (has < partitions) {
      throw new KafkaTransportError('TOO_FEW_PARTITIONS', 'partitions', `${topic} has ${has} of the ${partitions} partitions it needs; add them with kafka-topics --alter --partitions ${partitions}`)
    }
  }
  return found
}

/** Makes those that are missing; says which. */
export async function createTopics(admin: Admin, wanted: TopicPartitions, replicas = -1): Promise<readonly string[]> {
  const known = await admin.listTopics()
  const missing = [...wanted].filter(([topic]) => !known.includes(topic))
  if (missing.length === 0) return []
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map(([topic, numPartitions]) => ({ topic, numPartitions, replicationFactor: replicas, configEntries: [{ name: 'max.message.bytes', value: String(4 * 1024 * 1024) }] })),
  })
  return missing.map(([topic]) => topic)
}
