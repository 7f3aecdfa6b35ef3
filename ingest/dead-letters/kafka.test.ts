import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestNetwork } from '../../eventlog/recorder/testing/network.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { skipsKafka } from '../testing/kafka-broker.js'
import { openKafkaTransport } from '../transport/kafka/index.js'
import { TOPICS, type Transport } from '../transport/transport.js'
import { readLetters } from './read-letters.js'
import { readTopic } from './read-topic.js'
import { findReplays, replay } from './replay.js'
import { letterOf, sinkOf, trustOf } from './testing/letters.js'

describe.skipIf(skipsKafka)('dead letters on Kafka', () => {
  const network = createTestNetwork()
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-kafka-'))
  let broker: Broker
  let transport: Transport
  beforeAll(async () => {
    broker = await startBroker({ version: '4.1.1', folder })
    transport = await openKafkaTransport({ brokers: [broker.address], create: true })
  }, 300_000)
  afterAll(async () => {
    await transport.close()
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('keep key, headers and signature, and are replayed once', async () => {
    const bytes = network.message()
    await sinkOf(transport, network).send([letterOf(bytes, 'SKEW', 7, { key: Buffer.from('k'), headers: { trace: 'é' } }), letterOf(Uint8Array.of(1), 'MALFORMED', 8)])
    const { letters } = await readLetters(transport, trustOf(network))
    expect(letters.map(({ isSigned, headers }) => [isSigned, headers])).toEqual([[true, { trace: 'é' }], [true, {}]])
    expect((await replay(transport, letters)).sent.size).toBe(2)
    expect(await replay(transport, letters)).toMatchObject({ sent: new Map(), before: new Map([['ai.anomalies.v1/1/7', { topic: TOPICS.anomalies.name, partition: 1, offset: 0 }], ['ai.anomalies.v1/1/8', { offset: 1 }]]) })
    expect((await findReplays(transport, letters)).size).toBe(2)
  }, 60_000)

  it('are read although the cluster has removed what lay before them, or all of it', async () => {
    const admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    // The client removes records only of topics whose leaders it has asked for.
    await admin.fetchTopicOffsets(TOPICS.anomalies.name)
    const removeUpTo = (offset: number): Promise<void> => admin.deleteTopicRecords({ topic: TOPICS.anomalies.name, partitions: [{ partition: 1, offset: String(offset) }] })
    await removeUpTo(1)
    expect(await readTopic(transport, TOPICS.anomalies.name, () => undefined, 5000)).toMatchObject({ records: 1, begins: new Map([[1, 1]]) })
    await removeUpTo(2)
    expect(await readTopic(transport, TOPICS.anomalies.name, () => undefined, 5000)).toMatchObject({ records: 0, begins: new Map() })
    await admin.disconnect()
  }, 60_000)
})
