/** Every mistake of an operator with a Kafka cluster ends a command with one sentence that says what to do, and repeats no password. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openOrCreate } from '../../cli/data-folder/open.js'
import { skipsKafka } from '../../ingest/testing/kafka-broker.js'
import { TOPICS } from '../../ingest/transport/transport.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { USERS } from '../../scripts/kafka/properties.js'
import { cybermesh, temporaryFolder } from '../support/mesh.js'

const { scram, plain } = USERS
const SECRET = 'gu3ssed'
const CLOSES = 'closes the connection at once; write tls=true where that port speaks TLS, and a user name and password where it asks for them'

describe.skipIf(skipsKafka)('a Kafka cluster that does not fit', () => {
  const { path, remove } = temporaryFolder()
  let broker: Broker
  let folders = 0
  beforeAll(async () => { broker = await startBroker({ version: '4.1.1', folder: join(path, 'kafka') }) }, 300_000)
  afterAll(async () => {
    await broker.stop()
    remove()
  }, 60_000)

  type Said = { readonly code: number; readonly sentence: string }

  /** `up --kafka`, on a folder of its own. */
  function up(url: string, ...more: string[]): Said {
    const { code, stderr } = cybermesh('up', '--data', join(path, `mesh-${folders += 1}`), '--kafka', url, ...more)
    return { code, sentence: stderr.trim().split('\n').at(-1) as string }
  }

  /** A detector with a configuration file: roles make no topics. */
  function detector(url: string, caFile?: string): Said {
    const { layout } = openOrCreate(join(path, `role-${folders += 1}`), { validators: 1, detectors: 1 })
    mkdirSync(layout.run, { recursive: true })
    writeFileSync(layout.kafkaUrl, url)
    const transport = { kind: 'kafka', urlFile: '../kafka.url', ...(caFile === undefined ? {} : { caFile }) }
    writeFileSync(layout.config('detector'), JSON.stringify({ role: 'detector', name: 'detector', genesis: '../genesis.json', key: '../keys/detector-0.key.json', transport, ops: { port: 0 } }))
    const { code, stderr } = cybermesh('detector', '--config', layout.config('detector'))
    const last = JSON.parse(stderr.trim().split('\n').at(-1) as string) as { error: string }
    return { code, sentence: last.error }
  }

  const trusted = (): string[] => ['--kafka-ca', broker.certificates.authority]
  const withTls = (name: string, secret: string, mechanism: string): string => `kafka://${name}:${secret}@${broker.tlsAddress}?tls=true&mechanism=${mechanism}`

  test('a wrong password, with SCRAM and with PLAIN', () => {
    const said = [
      up(withTls(scram.name, SECRET, 'scram-sha-512'), ...trusted()), up(withTls(plain.name, SECRET, 'plain'), ...trusted()),
      detector(withTls(scram.name, SECRET, 'scram-sha-512'), broker.certificates.authority), detector(withTls(plain.name, SECRET, 'plain'), broker.certificates.authority),
    ]
    for (const { code, sentence } of said) {
      expect([code, sentence]).toEqual([1, expect.stringContaining(`${broker.tlsAddress} refused the user name or password`)])
      expect(sentence).not.toContain(SECRET)
    }
  }, 120_000)

  test('no password where one is asked for, and a mechanism that the broker does not have', () => {
    expect(up(`kafka://${broker.tlsAddress}?tls=true`, ...trusted())).toMatchObject({ code: 1, sentence: expect.stringContaining(CLOSES) as string })
    expect(up(withTls(scram.name, scram.password, 'scram-sha-256'), ...trusted())).toMatchObject({ code: 1, sentence: expect.stringContaining('does not offer this way to say the password') as string })
  }, 120_000)

  test('a certificate of an authority that nobody named, and a file of it that is not there', () => {
    for (const said of [up(withTls(scram.name, scram.password, 'scram-sha-512')), detector(withTls(scram.name, scram.password, 'scram-sha-512'))]) {
      expect(said).toMatchObject({ code: 1, sentence: expect.stringContaining('is not trusted') as string })
      expect(said.sentence).toContain('name the PEM file of the authority that signed it')
    }
    expect(up(withTls(scram.name, scram.password, 'scram-sha-512'), '--kafka-ca', join(path, 'nowhere.pem')).sentence).toContain('nowhere.pem cannot be read')
  }, 120_000)

  test('no broker, TLS to a port without it, and no TLS to a port with it', () => {
    expect(up('kafka://127.0.0.1:1')).toMatchObject({ code: 1, sentence: expect.stringContaining('none of 127.0.0.1:1 answers') as string })
    expect(detector('kafka://nobody.invalid:9092')).toMatchObject({ code: 1, sentence: expect.stringContaining('none of nobody.invalid:9092 answers') as string })
    expect(up(`kafka://${broker.address}?tls=true`)).toMatchObject({ code: 1, sentence: expect.stringContaining(`${broker.address} does not speak TLS`) as string })
    expect(up(`kafka://${broker.tlsAddress}`)).toMatchObject({ code: 1, sentence: expect.stringContaining(CLOSES) as string })
  }, 120_000)

  test('an address that is none', () => {
    expect(up('http://127.0.0.1:9092')).toMatchObject({ code: 1, sentence: expect.stringContaining('this is no address of a Kafka cluster') as string })
  })

  test('topics that are missing, and one with too few partitions', async () => {
    expect(detector(`kafka://${broker.address}`)).toMatchObject({ code: 1, sentence: expect.stringContaining(`${TOPICS.anomalies.name} does not exist, or this user may not DESCRIBE it; make it: kafka-topics --create --topic ${TOPICS.anomalies.name} --partitions 3`) as string })
    const admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: TOPICS.anomalies.name, numPartitions: 2 }] })
    await admin.disconnect()
    const sentence = expect.stringContaining(`${TOPICS.anomalies.name} has 2 of the 3 partitions it needs`) as string
    expect(up(`kafka://${broker.address}`)).toMatchObject({ code: 1, sentence })
    // `up` has made the others meanwhile.
    expect(detector(`kafka://${broker.address}`)).toMatchObject({ code: 1, sentence })
  }, 120_000)

  test('a certificate that has expired', async () => {
    await broker.stop()
    await broker.start({ keystore: broker.certificates.expired })
    for (const said of [up(withTls(scram.name, scram.password, 'scram-sha-512'), ...trusted()), detector(withTls(plain.name, plain.password, 'plain'), broker.certificates.authority)]) {
      expect(said).toMatchObject({ code: 1, sentence: expect.stringContaining(`the certificate of ${broker.tlsAddress} has expired; renew it`) as string })
    }
  }, 120_000)
})
