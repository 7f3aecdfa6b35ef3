/**
 * Reads topics for one group, beginning at its committed offsets. Nothing is committed but what the caller says, and
 * nothing is fetched on while the caller is busy.
 */
import type { Admin, Consumer as KafkaConsumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { Consumer, OffsetMark, TransportRecord } from '../transport.js'
import { PATIENT } from './client.js'
import { brokerFaultOf, hasNoCoordinator, KafkaTransportError, kafkaErrorFrom } from './errors.js'
import { withinGrace } from './grace.js'
import { createHandover } from './handover.js'
import { committedOffsets } from './offsets.js'

export type ConsumerSetup = {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly brokers: readonly string[]
  readonly topics: readonly string[]
  readonly group: string
  readonly maxBatch: number
  readonly maxBatchBytes: number
}

/** A consumer that was killed holds its partitions for this long. */
const SESSION_MS = 6000
const HEARTBEAT_MS = 1500
const FETCH_WAIT_MS = 500
/**
 * Of one partition at a time: with 4 MB of each, what is new in a quiet partition waits for ten thousand messages of a
 * flooded one. A larger record still comes, alone.
 */
const FETCH_BYTES = 256 * 1024
/** What one answer brings of several partitions is handed over together: what its reader writes, it writes once. */
const PARTITIONS_AT_ONCE = 8
const JOIN_MS = 60_000
/** The group is being dealt out anew: what was asked may be asked again. */
const UNSETTLED = new Set(['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR'])
const COMMIT_TRIES = 40
const COMMIT_PAUSE_MS = 250
const MOST_CRASHES = 3

export async function createConsumer(setup: ConsumerSetup): Promise<Consumer> {
  const { kafka, topics, group, maxBatch, maxBatchBytes } = setup
  const consumer = kafka.consumer({
    groupId: group, sessionTimeout: SESSION_MS, heartbeatInterval: HEARTBEAT_MS, rebalanceTimeout: JOIN_MS, allowAutoTopicCreation: false,
    minBytes: 1, maxWaitTimeInMs: FETCH_WAIT_MS, maxBytesPerPartition: Math.min(FETCH_BYTES, maxBatchBytes), maxBytes: 4 * maxBatchBytes,
    retry: { ...PATIENT, restartOnFailure: () => Promise.resolve(true) },
  })
  const handover = createHandover<TransportRecord>(maxBatch)
  const assigned = trackAssignment(consumer)
  const isPaused = (topic: string, partition: number): boolean => consumer.paused().some((held) => held.topic === topic && held.partitions.includes(partition))
  let isClosed = false
  let hasRead = false

  // The client gives up on errors that it takes for final, and says nothing more.
  const givenUp = new Promise<never>((_, reject) => {
    let crashes = 0
    consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
      crashes += 1
      // A group that this user may not read looks like one without a coordinator, which the client seeks for ever.
      const isInVain = !assigned.hasJoined() && crashes >= MOST_CRASHES && hasNoCoordinator(error)
      if ((restart && !isInVain) || isClosed) return
      const fault = kafkaErrorFrom(error, setup.brokers)
      handover.fail(fault)
      reject(fault)
    })
  })
  givenUp.catch(() => undefined)
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    const joined = assigned.first()
    await consumer.run({ autoCommit: false, partitionsConsumedConcurrently: PARTITIONS_AT_ONCE, eachBatchAutoResolve: false, eachBatch: (payload) => handOver(payload, maxBatch, handover.offer, isPaused) })
    await Promise.race([joined, givenUp])
  } catch (error) {
    isClosed = true
    await consumer.disconnect()
    throw kafkaErrorFrom(error, setup.brokers)
  }

  /** Who asks for batches a second time gets again what was not committed. */
  async function rewind(): Promise<void> {
    for (const topic of topics) {
      for (const { partition, offset } of await committedOffsets(setup.admin, group, topic)) {
        if (assigned.has(topic, partition)) consumer.seek({ topic, partition, offset: String(offset) })
      }
    }
    handover.drop()
  }

  return {
    async *batches(signal) {
      if (hasRead) await rewind()
      hasRead = true
      for (;;) {
        const batch = await handover.take(signal)
        if (batch === undefined || signal.aborted) return
        yield batch
      }
    },
    async commit(marks) {
      if (isClosed) throw new KafkaTransportError('CLOSED', 'consumer', 'commit after close')
      for (const { topic, partition, offset } of marks) {
        if (!topics.includes(topic)) throw new KafkaTransportError('BAD_PARTITION', 'commit', `${topic}/${partition} is not read by this consumer`)
        if (!Number.isSafeInteger(offset) || offset < 0) throw new KafkaTransportError('BAD_OPTION', 'commit.offset', `must be a natural number, got ${offset}`)
      }
      await commitSettled(setup, consumer, newest(marks), assigned.has)
    },
    resumesAtOnce: false,
    pause: (partitions) => consumer.pause(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))),
    resume: (partitions) => consumer.resume(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))),
    async close() {
      if (isClosed) return
      isClosed = true
      handover.end()
      await withinGrace(consumer.disconnect())
    },
  }
}

type Assignment = { has(topic: string, partition: number): boolean; first(): Promise<void>; hasJoined(): boolean }

function trackAssignment(consumer: KafkaConsumer): Assignment {
  let mine: Readonly<Record<string, readonly number[]>> = {}
  let isMember = false
  const joined = new Promise<void>((resolve) => {
    consumer.on('consumer.group_join', ({ payload }) => {
      mine = payload.memberAssignment
      isMember = true
      resolve()
    })
  })
  return { has: (topic, partition) => mine[topic]?.includes(partition) === true, first: () => joined, hasJoined: () => isMember }
}

/** Gives a batch of the client on in parts of at most `maxBatch` records. What nobody takes is not marked as read. */
async function handOver(
  { batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload, maxBatch: number,
  offer: (records: readonly TransportRecord[], whileWaiting: () => Promise<void>) => Promise<boolean>,
  isPaused: (topic: string, partition: number) => boolean,
): Promise<void> {
  const { topic, partition, messages } = batch
  for (let start = 0; start < messages.length; start += maxBatch) {
    // What is left of a paused partition is fetched again when it is resumed.
    if (!isRunning() || isStale() || isPaused(topic, partition)) return
    const part = messages.slice(start, start + maxBatch)
    if (!(await offer(part.map((message) => recordOf(topic, partition, message)), heartbeat))) return
    resolveOffset((part.at(-1) as KafkaMessage).offset)
    await heartbeat()
  }
}

const EMPTY = Buffer.alloc(0)

function recordOf(topic: string, partition: number, { offset, key, value, headers = {}, timestamp }: KafkaMessage): TransportRecord {
  const texts = Object.entries(headers).map(([name, content]) => [name, String(Array.isArray(content) ? content.at(-1) : content)] as const)
  return { topic, partition, offset: Number(offset), key: key ?? EMPTY, value: value ?? EMPTY, headers: Object.fromEntries(texts), timestampMs: Number(timestamp) }
}

/** The furthest mark of each partition. */
function newest(marks: readonly OffsetMark[]): readonly OffsetMark[] {
  const furthest = new Map<string, OffsetMark>()
  for (const mark of marks) {
    const key = `${mark.topic} ${mark.partition}`
    if ((furthest.get(key)?.offset ?? -1) < mark.offset) furthest.set(key, mark)
  }
  return [...furthest.values()]
}

/** A partition that went to another member meanwhile is that member's to commit. */
async function commitSettled({ brokers }: ConsumerSetup, consumer: KafkaConsumer, marks: readonly OffsetMark[], isMine: Assignment['has']): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const mine = marks.filter(({ topic, partition }) => isMine(topic, partition))
    if (mine.length === 0) return
    try {
      return await consumer.commitOffsets(mine.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })))
    } catch (error) {
      if (attempt === COMMIT_TRIES || !UNSETTLED.has(brokerFaultOf(error))) throw kafkaErrorFrom(error, brokers)
      await new Promise((resolve) => setTimeout(resolve, COMMIT_PAUSE_MS))
    }
  }
}
