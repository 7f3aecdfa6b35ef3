/** The whole mesh over a real Kafka broker, which is killed while anomalies flow: nothing is lost and nothing counted twice. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Summary } from '../../cli/up/summary.js'
import { skipsKafka } from '../../ingest/testing/kafka-broker.js'
import { TOPICS } from '../../ingest/transport/transport.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { KAFKA_VERSIONS } from '../../scripts/kafka/install.js'
import { USERS } from '../../scripts/kafka/properties.js'
import { committed } from '../support/feed.js'
import { cybermesh, startUp, temporaryFolder, until } from '../support/mesh.js'

const { name, password } = USERS.scram

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
    await broker.kill()
    await broker.start()
    const before = await committed(running)
    await until('commits after the broker is back', async () => await committed(running) > before + 30, 120_000)
    summary = await up.interrupt()
    expect(summary.inFlight).toBe(0)
    expect(summary.committed).toBe(summary.published)
    expect(Object.keys(summary.producers).sort()).toEqual(['detector-0', 'detector-1'])
    expect(Object.values(summary.producers).reduce((sum, { published }) => sum + published, 0)).toBe(summary.published)
    for (const counts of Object.values(summary.producers)) expect(counts.committed).toBeGreaterThan(0)
  }, 300_000)

  test('the topics there hold every anomaly and every decision once', async () => {
    const admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const count = async (topic: string): Promise<number> => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
    expect(await count(TOPICS.anomalies.name)).toBe(summary.published)
    expect(await count(TOPICS.commits.name)).toBeGreaterThanOrEqual(1)
    await admin.disconnect()
  })

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
