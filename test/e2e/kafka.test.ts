/** The whole mesh over a real Kafka broker, which is killed while anomalies flow: nothing is lost and nothing counted twice. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openExisting } from '../../cli/data-folder/open.js'
import { trustOf } from '../../cli/dlq/open-letters.js'
import type { Summary } from '../../cli/up/summary.js'
import { bytesToHex } from '../../domain/bytes.js'
import { decodeAnomaly } from '../../domain/message/anomaly.js'
import { verifyCommitEvent } from '../../domain/message/commit-event.js'
import { skipsKafka } from '../../ingest/testing/kafka-broker.js'
import { readLetter } from '../../ingest/dead-letters/letter.js'
import { systemTopics, TOPICS } from '../../ingest/transport/transport.js'
import { createVerifier } from '../../platform/crypto/ed25519.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { KAFKA_VERSIONS } from '../../scripts/kafka/install.js'
import { USERS } from '../../scripts/kafka/properties.js'
import { committed } from '../support/feed.js'
import { hasKcat, readWithConsoleConsumer, readWithKcat, type PrintedRecord } from '../support/kafka/other-clients.js'
import { settle } from '../support/kafka/settle.js'
import { cybermesh, startUp, temporaryFolder, until } from '../support/mesh.js'

const { name, password } = USERS.scram
const NONSENSE = [0, 9, 10, 13, 92, 255, 44, 61]
const skipsKcat = process.env['CYBERMESH_FULL'] !== '1' && !hasKcat

describe.skipIf(skipsKafka).each(KAFKA_VERSIONS)('up --kafka, version %s', (version) => {
  const { path, remove } = temporaryFolder()
  const data = join(path, 'mesh')
  let broker: Broker
  let summary: Summary
  const where = (secret: string): string[] => ['--kafka', `kafka://${name}:${secret}@${broker.tlsAddress}?tls=true`, '--kafka-ca', broker.certificates.authority]
  beforeAll(async () => { broker = await startBroker({ version, folder: join(path, 'kafka') }) }, 300_000)
  afterAll(async () => {
    await broker.stop()
    remove()
  }, 60_000)

  test('a wrong password ends the start with a sentence that does not repeat it', () => {
    const { code, stderr } = cybermesh('up', '--data', join(path, 'other'), ...where('wr0ng'))
    expect(code).not.toBe(0)
    expect(stderr).toContain('refused the user name or password')
    expect(stderr).not.toContain('wr0ng')
  })

  test('commits what detectors publish there, over the death of the broker', async () => {
    const up = startUp(data, '--rate', '20', '--detectors', '2', ...where(password))
    const running = await up.ready()
    await until('commits', async () => await committed(running) > 30, 120_000)
    await sendNonsense()
    await broker.kill()
    await broker.start()
    const before = await committed(running)
    await until('commits after the broker is back', async () => await committed(running) > before + 30, 120_000)
    summary = await settle(data, path, await up.interrupt(), () => undefined)
    expect(summary.inFlight).toBe(0)
    expect([summary.committed, summary.rejected]).toEqual([summary.published - 1, 1])
    expect(Object.keys(summary.producers).sort()).toEqual(['detector-0', 'detector-1'])
    expect(Object.values(summary.producers).reduce((sum, { published }) => sum + published, 0)).toBe(summary.published - 1)
    for (const counts of Object.values(summary.producers)) expect(counts.committed).toBeGreaterThan(0)
  }, 420_000)

  const client = () => new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING })

  /** What anybody may write: it is refused, and becomes a dead letter. */
  async function sendNonsense(): Promise<void> {
    // Once: a broker that answers late is asked again.
    const producer = client().producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    await producer.send({ topic: TOPICS.anomalies.name, messages: [{ key: 'stranger', value: Buffer.from(NONSENSE), partition: 0, headers: { trace: 'a,b' } }] })
    await producer.disconnect()
  }

  async function countOf(topic: string): Promise<number> {
    const admin = client().admin()
    await admin.connect()
    const count = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
    await admin.disconnect()
    return count
  }

  test('every topic of the system is there with the partitions it needs, and anomalies are there once', async () => {
    const admin = client().admin()
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata({ topics: Object.values(TOPICS).map((topic) => topic.name) })
    expect(Object.fromEntries(topics.map((topic) => [topic.name, topic.partitions.length]))).toEqual(systemTopics())
    await admin.disconnect()
    expect(await countOf(TOPICS.anomalies.name)).toBe(summary.published)
    expect(await countOf(TOPICS.commits.name)).toBeGreaterThanOrEqual(1)
  })

  /** Keys, headers and values as docs/kafka.md has them, decoded and verified from what a client printed. */
  async function expectOurs(read: (topic: string, count: number) => readonly PrintedRecord[] | Promise<readonly PrintedRecord[]>): Promise<void> {
    const { genesis } = openExisting(data)
    const verify = createVerifier()
    const anomalies = await read(TOPICS.anomalies.name, summary.published)
    expect(new Set(anomalies.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(summary.published)
    const [nonsense, ...ours] = [...anomalies].sort((a, b) => a.value.length - b.value.length)
    expect(nonsense).toMatchObject({ value: Uint8Array.from(NONSENSE), headers: { trace: 'a,b' } })
    const ids = new Set<string>()
    const producers = genesis.producers.map(({ publicKey }) => publicKey)
    for (const { key, value, headers } of ours) {
      const decoded = decodeAnomaly(value)
      if (!decoded.ok) throw new Error(decoded.reason)
      expect(bytesToHex(decoded.message.producerId)).toBe(bytesToHex(key))
      expect(producers).toContain(bytesToHex(key))
      expect(headers).toEqual({})
      ids.add(decoded.message.id)
    }
    const commits = await read(TOPICS.commits.name, await countOf(TOPICS.commits.name))
    const heard = new Set<string>()
    for (const { key, value, headers } of commits) {
      const check = verifyCommitEvent(value, new Set(genesis.recorders.map(({ publicKey }) => publicKey)), verify)
      if (!check.ok) throw new Error(check.reason)
      expect(bytesToHex(key)).toBe(check.message.height.toString(16).padStart(16, '0'))
      expect(headers).toMatchObject({ version: '1', type: 'commit' })
      for (const id of check.message.anomalyIds) heard.add(id)
    }
    // The last notices may be due still when everything stops.
    expect(heard.size).toBeGreaterThan(summary.committed / 2)
    for (const id of heard) expect(ids).toContain(id)
    const letters = await read(TOPICS.deadLetters.name, await countOf(TOPICS.deadLetters.name))
    for (const record of letters) {
      expect(Buffer.from(record.key).toString()).toBe(`${TOPICS.anomalies.name}/0/${nonsense?.offset}`)
      expect(record.value).toEqual(Uint8Array.from(NONSENSE))
      expect(readLetter({ ...record, timestampMs: 0 }, trustOf(genesis))).toMatchObject({ kind: 'letter', letter: { isSigned: true, code: 'MALFORMED' } })
    }
    expect(letters.length).toBeGreaterThan(0)
  }

  test('Kafka\'s own console consumer reads what the documentation says', async () => {
    await expectOurs((topic, count) => readWithConsoleConsumer(broker.jars, broker.address, topic, count))
  }, 120_000)

  // librdkafka before 2.6.1, as Debian's kcat has it, sends its nonce twice in the last message of SCRAM. Kafka 4 compares
  // the whole of it and answers "invalid credentials", which kcat shows as "Broker transport failure"; PLAIN gets through.
  const kcatUser = version.startsWith('3.') ? { mechanism: 'SCRAM-SHA-512', ...USERS.scram } : { mechanism: 'PLAIN', ...USERS.plain }

  test.skipIf(skipsKcat)(`kcat reads the same, over TLS and with a password by ${kcatUser.mechanism}`, async () => {
    const login = ['security.protocol=SASL_SSL', `sasl.mechanism=${kcatUser.mechanism}`, `sasl.username=${kcatUser.name}`, `sasl.password=${kcatUser.password}`, `ssl.ca.location=${broker.certificates.authority}`]
    await expectOurs((topic, count) => readWithKcat(broker.tlsAddress, topic, count, login))
  }, 120_000)

  test('the folder remembers its cluster, and the password stays in one file', () => {
    expect(JSON.parse(readFileSync(join(data, 'transport.json'), 'utf8'))).toEqual({ kind: 'kafka', urlFile: 'kafka.url', caFile: 'kafka-ca.pem' })
    expect(statSync(join(data, 'kafka.url')).mode & 0o777).toBe(0o600)
    const { code, stdout } = cybermesh('doctor', '--data', data, '--json')
    expect(code, stdout).toBe(0)
  })

  test('refuses to move topics that are in a folder', () => {
    const own = join(path, 'own')
    expect(cybermesh('up', '--data', own, '--for', '1', '--json').code).toBe(0)
    expect(cybermesh('up', '--data', own, ...where(password)).stderr).toContain('cannot move to Kafka')
  })
})
