/** What a broker with TLS and passwords is told, and what an operator is told when something does not fit. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBroker, type Broker } from '../../../scripts/kafka/broker.js'
import { USERS } from '../../../scripts/kafka/properties.js'
import { skipsKafka } from '../../testing/kafka-broker.js'
import { takeRecords } from '../../testing/transport-contract.js'
import type { Transport } from '../transport.js'
import type { KafkaAddress } from './client.js'
import { openKafkaTransport } from './kafka-transport.js'

describe.skipIf(skipsKafka)('Kafka behind TLS and passwords', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-kafka-'))
  let broker: Broker
  let ca: string
  beforeAll(async () => {
    broker = await startBroker({ version: '4.1.1', folder })
    ca = readFileSync(broker.certificates.authority, 'utf8')
  }, 300_000)
  afterAll(async () => {
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const topics = { secured: 2 }
  const open = (address: Partial<KafkaAddress>): Promise<Transport> => openKafkaTransport({ brokers: [broker.tlsAddress], topics, create: true, tls: { ca }, ...address })
  const scram = { mechanism: 'scram-sha-512', username: USERS.scram.name, password: USERS.scram.password } as const
  const plain = { mechanism: 'plain', username: USERS.plain.name, password: USERS.plain.password } as const

  it.each([scram, plain])('sends and reads as a user with $mechanism', async (sasl) => {
    const transport = await open({ sasl })
    const [mark] = await transport.send([{ topic: 'secured', key: Buffer.from('k'), value: Buffer.from(sasl.mechanism) }])
    const consumer = await transport.consume({ topics: ['secured'], group: sasl.mechanism })
    const taken = await takeRecords(consumer, 1)
    expect(taken.map(({ value }) => Buffer.from(value).toString())).toContain(scram.mechanism)
    await consumer.commit([{ ...(mark as NonNullable<typeof mark>), offset: (mark?.offset ?? 0) + 1 }])
    await transport.close()
  })

  it('names the password that is wrong', async () => {
    await expect(open({ sasl: { ...scram, password: 'guessed' } })).rejects.toMatchObject({ code: 'AUTHENTICATION', field: 'sasl', message: expect.stringContaining('refused the user name or password') as string })
    await expect(open({ sasl: { ...plain, password: 'guessed' } })).rejects.toMatchObject({ code: 'AUTHENTICATION' })
  })

  it('trusts no certificate of another authority', async () => {
    const { ca: _own, ...strangers } = { ca }
    await expect(open({ sasl: scram, tls: strangers })).rejects.toMatchObject({ code: 'CERTIFICATE', field: 'tls', message: expect.stringContaining('is not trusted') as string })
  })

  it('says that nobody answers, or that TLS is spoken where it is not', async () => {
    await expect(open({ brokers: ['127.0.0.1:1'] })).rejects.toMatchObject({ code: 'UNREACHABLE', field: 'brokers' })
    await expect(open({ brokers: [broker.address], sasl: scram })).rejects.toMatchObject({ code: 'UNREACHABLE', field: 'tls' })
  })

  it('names a topic that is missing, and one with too few partitions', async () => {
    await expect(openKafkaTransport({ brokers: [broker.address], topics: { 'nobody.made.it': 3 } })).rejects.toMatchObject({ code: 'MISSING_TOPIC', message: expect.stringContaining('nobody.made.it') as string })
    await (await openKafkaTransport({ brokers: [broker.address], topics: { narrow: 1 }, create: true })).close()
    await expect(openKafkaTransport({ brokers: [broker.address], topics: { narrow: 3 } })).rejects.toMatchObject({ code: 'TOO_FEW_PARTITIONS', message: expect.stringContaining('1 of the 3') as string })
  })

  it('refuses a record that is too large, by field, and goes on', async () => {
    const transport = await openKafkaTransport({ brokers: [broker.address], topics: { sized: 1 }, create: true, maxRecordBytes: 1000 })
    const record = { topic: 'sized', key: Buffer.from('k'), value: Buffer.alloc(2000) }
    await expect(transport.send([record])).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE', field: 'value' })
    await expect(transport.send([{ ...record, topic: 'other' }])).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
    await expect(transport.send([{ ...record, value: Buffer.of(1), partition: 1 }])).rejects.toMatchObject({ code: 'BAD_PARTITION' })
    expect(await transport.send([{ ...record, value: Buffer.of(1) }])).toEqual([{ topic: 'sized', partition: 0, offset: 0 }])
    await transport.close()
    await expect(transport.send([record])).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('waits for a broker that was killed: what was acknowledged is there, and what was being sent arrives once', async () => {
    const transport = await openKafkaTransport({ brokers: [broker.address], topics: { survivors: 1 }, create: true })
    const consumer = await transport.consume({ topics: ['survivors'], group: 'survivors' })
    const send = (i: number) => transport.send([{ topic: 'survivors', key: Buffer.from('k'), value: Buffer.from(String(i)) }])
    for (let i = 0; i < 20; i++) await send(i)
    const sending = send(20)
    await broker.kill()
    const late = send(21)
    await broker.start()
    await Promise.all([sending, late])
    const values: string[] = []
    for await (const batch of consumer.batches(AbortSignal.timeout(60_000))) {
      values.push(...batch.map(({ value }) => Buffer.from(value).toString()))
      if (new Set(values).size === 22) break
    }
    expect([...new Set(values)]).toEqual(Array.from({ length: 22 }, (_, i) => String(i)))
    const other = await new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    await other.connect()
    expect((await other.fetchTopicOffsets('survivors'))[0]?.high).toBe('22')
    await other.disconnect()
    await transport.close()
  }, 180_000)

  it('closes while the broker is away, and says what was not sent', async () => {
    const transport = await openKafkaTransport({ brokers: [broker.address], topics: { survivors: 1 } })
    const consumer = await transport.consume({ topics: ['survivors'], group: 'left alone' })
    await broker.kill()
    const unsent = expect(transport.send([{ topic: 'survivors', key: Buffer.from('k'), value: Buffer.from('late') }])).rejects.toMatchObject({ code: 'CLOSED' })
    await transport.close()
    await unsent
    await consumer.close()
    await broker.start()
  }, 180_000)

  it('names a certificate that has expired', async () => {
    await broker.stop()
    await broker.start({ keystore: broker.certificates.expired })
    await expect(open({ sasl: scram })).rejects.toMatchObject({ code: 'CERTIFICATE', message: expect.stringContaining('has expired') as string })
  }, 120_000)
})
