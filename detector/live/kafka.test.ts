import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { skipsKafka } from '../../ingest/testing/kafka-broker.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { KAFKA_VERSIONS } from '../../scripts/kafka/install.js'
import { describeLiveSource } from '../testing/live-source-contract.js'
import { topicUnderTest } from '../testing/topic-under-test.js'

describe.skipIf(skipsKafka)('Kafka', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-kafka-'))
  let broker: Broker
  beforeAll(async () => { broker = await startBroker({ version: KAFKA_VERSIONS.at(-1) as (typeof KAFKA_VERSIONS)[number], folder }) }, 300_000)
  afterAll(async () => {
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  let count = 0
  describeLiveSource('a topic of Kafka', () => topicUnderTest({ kind: 'kafka', broker: broker.address, topic: `flows.${count++}`, partitions: 2 }))
})
