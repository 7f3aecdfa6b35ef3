/** Topics on Apache Kafka 3.9 or 4: the same promises as the embedded topics, kept by a broker. */
import { systemTopics, type Transport } from '../transport.js'
import { createKafka, PATIENT, QUICK, type KafkaAddress } from './client.js'
import { createConsumer } from './consume.js'
import { KafkaTransportError, kafkaErrorFrom } from './errors.js'
import { withinGrace } from './grace.js'
import { committedOffsets, endOffsets } from './offsets.js'
import { createSender } from './send.js'
import { createTopics, requireTopics } from './topics.js'

export type KafkaTransportOptions = KafkaAddress & {
  /** Topic name to the partitions it needs at least; by default the topics of the system. */
  readonly topics?: Readonly<Record<string, number>>
  /** Makes topics that are missing instead of refusing. */
  readonly create?: boolean
  /** Largest value that is sent, bytes. */
  readonly maxRecordBytes?: number
  /** Hears what the client says of connections and rebalances. */
  readonly onWarning?: (sentence: string) => void
}

const DEFAULT_MAX_RECORD_BYTES = 4 * 1024 * 1024
const DEFAULT_MAX_BATCH_BYTES = 4 * 1024 * 1024
const DEFAULT_MAX_BATCH = 500

/** Connects, and looks whether the topics are there. Throws KafkaTransportError with a sentence that says what to do. */
export async function openKafkaTransport(options: KafkaTransportOptions): Promise<Transport> {
  const { brokers, onWarning = () => undefined } = options
  const wanted = new Map(Object.entries(options.topics ?? systemTopics()))
  const admin = createKafka(options, QUICK, onWarning).admin()
  const kafka = createKafka(options, PATIENT, onWarning)
  const guarded = <T>(work: () => Promise<T>): Promise<T> => work().catch((error: unknown) => { throw kafkaErrorFrom(error, brokers) })
  const { topics, sender } = await guarded(async () => {
    await admin.connect()
    if (options.create === true) await createTopics(admin, wanted)
    const topics = await requireTopics(admin, wanted)
    return { topics, sender: createSender({ kafka, brokers, topics, recordBytes: options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES }) }
  }).catch(async (error: unknown) => {
    await admin.disconnect()
    throw error
  })
  const consumers = new Set<{ close(): Promise<void> }>()
  let isClosed = false
  const requireTopic = (topic: string): void => {
    if (isClosed) throw new KafkaTransportError('CLOSED', 'transport', 'used after close')
    if (!topics.has(topic)) throw new KafkaTransportError('UNKNOWN_TOPIC', 'topic', `${topic} is not one of ${[...topics.keys()].join(', ')}`)
  }

  return {
    send: (records) => sender.send(records),
    async consume({ topics: names, group, maxBatch = DEFAULT_MAX_BATCH }) {
      for (const name of names) requireTopic(name)
      if (group === '') throw new KafkaTransportError('BAD_OPTION', 'group', 'must not be empty')
      if (!Number.isSafeInteger(maxBatch) || maxBatch < 1) throw new KafkaTransportError('BAD_OPTION', 'maxBatch', `must be at least 1, got ${maxBatch}`)
      const consumer = await createConsumer({ kafka, admin, brokers, topics: names, group, maxBatch, maxBatchBytes: DEFAULT_MAX_BATCH_BYTES })
      consumers.add(consumer)
      return consumer
    },
    endOffsets: (topic) => guarded(async () => {
      requireTopic(topic)
      return endOffsets(admin, topic)
    }),
    committed: (group, topic) => guarded(async () => {
      requireTopic(topic)
      return committedOffsets(admin, group, topic)
    }),
    async close() {
      if (isClosed) return
      isClosed = true
      await Promise.all([...consumers].map((consumer) => consumer.close()))
      await sender.close()
      await withinGrace(admin.disconnect())
    },
  }
}
