import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBroker, type Broker } from '../../../scripts/kafka/broker.js'
import { KAFKA_VERSIONS } from '../../../scripts/kafka/install.js'
import { CONTRACT_PARTITIONS } from '../../testing/contract-topics.js'
import { skipsKafka } from '../../testing/kafka-broker.js'
import { openKafkaTopics } from '../../testing/open-kafka-topics.js'
import { describeTransport } from '../../testing/transport-contract.js'

/** Longer than a broker waits for a member that says nothing. */
const SILENCE_MS = 8000

const opener = new URL('../../testing/open-kafka-topics.ts', import.meta.url).href

describe.skipIf(skipsKafka).each(KAFKA_VERSIONS)('Kafka %s', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-kafka-'))
  let broker: Broker
  beforeAll(async () => { broker = await startBroker({ version, folder }) }, 300_000)
  afterAll(async () => {
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  describeTransport('Kafka', () => Promise.resolve({
    open: () => openKafkaTopics(broker.address),
    childOpener: { module: opener, open: 'openKafkaTopics', argument: broker.address },
    async destroy() {
      const admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
      await admin.connect()
      await admin.deleteTopics({ topics: Object.keys(CONTRACT_PARTITIONS) })
      await admin.disconnect()
    },
  }))

  test('a process that was stopped for so long that its group went on without it joins again, and commits what it has read', async () => {
    const topics = await openKafkaTopics(broker.address)
    const [topic] = Object.keys(CONTRACT_PARTITIONS) as [string]
    await topics.send([{ topic, key: Uint8Array.of(1), value: Uint8Array.of(2) }])
    const read = async (whenRead: () => void): Promise<number | undefined> => {
      const consumer = await topics.consume({ topics: [topic], group: 'stopped' })
      try {
        for await (const [record] of consumer.batches(AbortSignal.timeout(30_000))) {
          if (record === undefined) continue
          whenRead()
          await consumer.commit([{ topic, partition: record.partition, offset: record.offset + 1 }])
          return record.value[0]
        }
        return undefined
      } finally {
        await consumer.close()
      }
    }
    // The whole process is held up, its heartbeats too.
    expect(await read(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SILENCE_MS))).toBe(2)
    await topics.send([{ topic, key: Uint8Array.of(1), value: Uint8Array.of(3) }])
    expect(await read(() => undefined)).toBe(3)
    await topics.close()
  }, 90_000)
})
