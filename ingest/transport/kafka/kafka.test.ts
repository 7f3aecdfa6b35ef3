import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe } from 'vitest'
import { startBroker, type Broker } from '../../../scripts/kafka/broker.js'
import { KAFKA_VERSIONS } from '../../../scripts/kafka/install.js'
import { CONTRACT_PARTITIONS } from '../../testing/contract-topics.js'
import { skipsKafka } from '../../testing/kafka-broker.js'
import { openKafkaTopics } from '../../testing/open-kafka-topics.js'
import { describeTransport } from '../../testing/transport-contract.js'

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
})
