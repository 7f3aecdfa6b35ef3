/** The topics that must be there: looked at when the transport opens, made only where that is asked for. */
import type { Admin } from 'kafkajs'
import { brokerFaultOf, KafkaTransportError } from './errors.js'

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

/** Of the whole creation; a broker that works needs less than a second. */
const LEADERS_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 100
/** What a broker says of a topic that the controller made and that it has not heard of, or that has no leader yet. */
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'])

/**
 * Makes those that are missing, and resolves when each of their partitions has a leader; says which they are. Throws
 * KafkaTransportError with code NO_LEADER for a topic that has none in time.
 */
export async function createTopics(admin: Admin, wanted: TopicPartitions, withinMs = LEADERS_WITHIN_MS): Promise<readonly string[]> {
  const known = await admin.listTopics()
  const missing = [...wanted].filter(([topic]) => !known.includes(topic))
  if (missing.length === 0) return []
  const deadline = performance.now() + withinMs
  await admin.createTopics({
    // The client waits for leaders too, but takes it for an error when the broker has not heard of the topic yet.
    waitForLeaders: false,
    topics: missing.map(([topic, numPartitions]) => ({ topic, numPartitions, replicationFactor: -1, configEntries: [{ name: 'max.message.bytes', value: String(4 * 1024 * 1024) }] })),
  })
  for (const [topic, partitions] of missing) {
    while (!(await hasLeaders(admin, topic, partitions))) {
      if (performance.now() > deadline) {
        throw new KafkaTransportError('NO_LEADER', 'topic', `${topic} was made, but not each of its ${partitions} partitions has a leader after ${withinMs} ms; look whether all brokers of the cluster run, and start again`)
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
  return missing.map(([topic]) => topic)
}

async function hasLeaders(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    const { topics: [found] } = await admin.fetchTopicMetadata({ topics: [topic] })
    return found !== undefined && found.partitions.filter(({ leader }) => leader >= 0).length >= partitions
  } catch (error) {
    if (NOT_YET.has(brokerFaultOf(error))) return false
    throw error
  }
}
