/**
 * Sends records and says where each one went. Calls that come while a request is under way go out together in the
 * next one, so that a broker far away costs one round trip for many.
 */
import { Partitioners, type Kafka, type Message, type Producer, type TopicMessages } from 'kafkajs'
import type { OffsetMark, OutgoingRecord } from '../transport.js'
import { KafkaTransportError, kafkaErrorFrom } from './errors.js'
import { withinGrace } from './grace.js'
import type { TopicPartitions } from './topics.js'

export type SenderSetup = {
  readonly kafka: Kafka
  readonly brokers: readonly string[]
  readonly topics: TopicPartitions
  readonly recordBytes: number
}

export type Sender = {
  send(records: readonly OutgoingRecord[]): Promise<readonly OffsetMark[]>
  close(): Promise<void>
}

type Placed = OutgoingRecord & { readonly partition: number }
type Job = { readonly records: readonly Placed[]; readonly resolve: (marks: readonly OffsetMark[]) => void; readonly reject: (error: unknown) => void }

/** The producer's place in its partitions is lost: only a new producer may go on. */
const LOST_PLACE = new Set(['UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH', 'PRODUCER_FENCED'])
const MOST_RECORDS = 2000

export function createSender(setup: SenderSetup): Sender {
  const choose = Partitioners.DefaultPartitioner()
  // Made by the first send: who only reads, as validators do, needs no right to write.
  let producer: Promise<Producer> | undefined
  let waiting: Job[] = []
  let sending: readonly Job[] = []
  let work: Promise<void> | undefined
  let isClosed = false

  async function flush(): Promise<void> {
    // Calls of one turn go out together.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) {
      const jobs = takeSome(waiting)
      waiting = waiting.slice(jobs.length)
      sending = jobs
      try {
        const marks = await sendOnce(jobs.flatMap(({ records }) => records))
        let at = 0
        for (const { records, resolve } of jobs) resolve(marks.slice(at, at += records.length))
      } catch (error) {
        for (const { reject } of jobs) reject(kafkaErrorFrom(error, setup.brokers))
      }
    }
    sending = []
    // At once, not when the promise is settled: a caller may come in between.
    work = undefined
  }

  async function sendOnce(records: readonly Placed[]): Promise<readonly OffsetMark[]> {
    try {
      return await sendWith(await connected(), records)
    } catch (error) {
      if (!LOST_PLACE.has(String((error as { type?: unknown }).type))) throw error
      await (await producer)?.disconnect()
      producer = undefined
      return sendWith(await connected(), records)
    }
  }

  async function connected(): Promise<Producer> {
    producer ??= connect(setup.kafka)
    try {
      return await producer
    } catch (error) {
      producer = undefined
      throw error
    }
  }

  return {
    send(records) {
      return new Promise((resolve, reject) => {
        if (isClosed) throw new KafkaTransportError('CLOSED', 'transport', 'used after close')
        const placed = records.map((record) => place(record, setup, choose))
        if (placed.length === 0) return resolve([])
        waiting.push({ records: placed, resolve, reject })
        if (work === undefined) work = flush()
      })
    },
    async close() {
      isClosed = true
      await withinGrace(work)
      await withinGrace(producer?.then((made) => made.disconnect()))
      // A broker that is away is waited for only while we run.
      const unsent = new KafkaTransportError('CLOSED', 'transport', 'closed while the broker did not answer; what it had not acknowledged must be sent again')
      for (const { reject } of [...sending, ...waiting]) reject(unsent)
    },
  }
}

/** Idempotent: a request that is sent again because its answer was lost adds nothing a second time. */
async function connect(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  return producer
}

function takeSome(jobs: readonly Job[]): readonly Job[] {
  let count = 0
  const end = jobs.findIndex(({ records }, i) => (count += records.length) > MOST_RECORDS && i > 0)
  return end === -1 ? jobs.slice() : jobs.slice(0, end)
}

/** Marks come in the order of `records`: all of a partition lie behind each other from the base offset of the answer. */
async function sendWith(producer: Producer, records: readonly Placed[]): Promise<readonly OffsetMark[]> {
  const names = [...new Set(records.map(({ topic }) => topic))]
  const topicMessages = names.map((topic): TopicMessages => ({ topic, messages: records.filter((record) => record.topic === topic).map(messageOf) }))
  const answer = await producer.sendBatch({ acks: -1, topicMessages })
  const next = new Map(answer.map(({ topicName, partition, baseOffset }) => [`${topicName} ${partition}`, Number(baseOffset)]))
  return records.map(({ topic, partition }) => {
    const key = `${topic} ${partition}`
    const offset = next.get(key)
    if (offset === undefined) throw new KafkaTransportError('FAILED', 'offset', `the broker did not say where the records of ${topic}/${partition} lie`)
    next.set(key, offset + 1)
    return { topic, partition, offset }
  })
}

const messageOf = ({ key, value, partition, headers }: Placed): Message =>
  ({ key: Buffer.from(key), value: Buffer.from(value), partition, ...(headers === undefined ? {} : { headers: { ...headers } }) })

function place(record: OutgoingRecord, { topics, recordBytes }: SenderSetup, choose: ReturnType<typeof Partitioners.DefaultPartitioner>): Placed {
  const { topic, key, value } = record
  const partitions = topics.get(topic)
  if (partitions === undefined) throw new KafkaTransportError('UNKNOWN_TOPIC', 'topic', `${topic} is not one of ${[...topics.keys()].join(', ')}`)
  if (value.length > recordBytes) throw new KafkaTransportError('RECORD_TOO_LARGE', 'value', `record of ${value.length} bytes exceeds the limit of ${recordBytes}`)
  const partition = record.partition ?? choose({ topic, message: { key: Buffer.from(key), value: null }, partitionMetadata: metadataOf(partitions) })
  if (!Number.isSafeInteger(partition) || partition < 0 || partition >= partitions) {
    throw new KafkaTransportError('BAD_PARTITION', 'partition', `${partition} of ${topic}, which has ${partitions}`)
  }
  return { ...record, partition }
}

/** The partitioner counts partitions; who leads them is nothing to it while a key is there. */
const metadataOf = (partitions: number) =>
  Array.from({ length: partitions }, (_, partitionId) => ({ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] }))
