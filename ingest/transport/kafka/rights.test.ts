/** The rights that docs/kafka.md gives each role are enough for what it does, and not more than it needs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes, type AclEntry, type Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageFile } from '../../../platform/package-root.js'
import { startBroker, type Broker } from '../../../scripts/kafka/broker.js'
import { USERS } from '../../../scripts/kafka/properties.js'
import { skipsKafka } from '../../testing/kafka-broker.js'
import { MESSAGE_TOPICS, systemTopics, TOPICS, type Transport } from '../transport.js'
import { openKafkaTransport } from './kafka-transport.js'

type Right = { readonly resource: string; readonly operation: string; readonly name: string; readonly pattern: string }

/** The table of docs/kafka.md: role, operations, resource, names; a name that ends in * is a prefix. */
const TABLE = [...readFileSync(packageFile('docs/kafka.md'), 'utf8').matchAll(/^\| ([a-z, ]+) \| (READ|WRITE|DESCRIBE) \| (topic|group) \| (.+) \|$/gm)]
const rightsOf = (role: string): readonly Right[] => TABLE.filter(([, who]) => who?.includes(role)).flatMap(([, , operation = '', resource = '', names = '']) =>
  [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ resource, operation, name: name.replace(/\*$/, ''), pattern: name.endsWith('*') ? 'PREFIXED' : 'LITERAL' })))

describe.skipIf(skipsKafka)('Kafka with ACLs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-kafka-'))
  const { name, password } = USERS.scram
  let broker: Broker
  let admin: Admin
  beforeAll(async () => {
    broker = await startBroker({ version: '4.1.1', folder, acls: true })
    admin = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await (await openKafkaTransport({ brokers: [broker.address], create: true })).close()
  }, 300_000)
  afterAll(async () => {
    await admin.disconnect()
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  const open = (): Promise<Transport> => openKafkaTransport({
    brokers: [broker.tlsAddress], tls: { ca: readFileSync(broker.certificates.authority, 'utf8') }, sasl: { mechanism: 'scram-sha-512', username: name, password },
  })
  const aclOf = ({ resource, operation, name: resourceName, pattern }: Right): AclEntry => ({
    resourceType: resource === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP, resourceName,
    resourcePatternType: ResourcePatternTypes[pattern as 'LITERAL' | 'PREFIXED'], principal: `User:${name}`, host: '*',
    operation: AclOperationTypes[operation as 'READ' | 'WRITE' | 'DESCRIBE'], permissionType: AclPermissionTypes.ALLOW,
  })
  const allow = (rights: readonly Right[]) => admin.createAcls({ acl: rights.map(aclOf) })
  const forbidAll = () => admin.deleteAcls({ filters: [{
    resourceType: AclResourceTypes.ANY, resourcePatternType: ResourcePatternTypes.ANY, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY,
  }] })

  const send = (transport: Transport, topic: string) => transport.send([{ topic, key: Buffer.from('k'), value: Buffer.from('v'), partition: 0 }])
  async function read(transport: Transport, topics: readonly string[], group: string): Promise<void> {
    const consumer = await transport.consume({ topics, group })
    await consumer.commit(topics.map((topic) => ({ topic, partition: 0, offset: 0 })))
    for (const topic of topics) await transport.committed(group, topic)
    await consumer.close()
  }

  const WORK: Readonly<Record<string, (transport: Transport) => Promise<void>>> = {
    async detector(transport) {
      for (const topic of [TOPICS.anomalies.name, TOPICS.evidence.name]) await send(transport, topic)
      await read(transport, Object.keys(systemTopics()).filter((topic) => topic.startsWith('control.')), 'detector-edge')
    },
    validator: (transport) => read(transport, MESSAGE_TOPICS, 'validator-v0'),
    async recorder(transport) {
      await read(transport, MESSAGE_TOPICS, 'recorder')
      for (const topic of Object.keys(systemTopics()).filter((known) => !MESSAGE_TOPICS.includes(known))) await send(transport, topic)
    },
  }

  it('says that a topic is not there, or may not be seen, to a user without rights', async () => {
    await forbidAll()
    await expect(open()).rejects.toMatchObject({ code: 'MISSING_TOPIC', message: expect.stringContaining('DESCRIBE') as string })
  })

  it.each(Object.keys(WORK))('the rights of a %s let it do its work', async (role) => {
    await forbidAll()
    const rights = rightsOf(role)
    expect(rights.length).toBeGreaterThan(3)
    await allow(rights)
    const transport = await open()
    await (WORK[role] as (transport: Transport) => Promise<void>)(transport)
    await transport.close()
  }, 60_000)

  it('a validator may not write, and is told what it lacks', async () => {
    await forbidAll()
    await allow(rightsOf('validator'))
    const transport = await open()
    await expect(send(transport, MESSAGE_TOPICS[0] as string)).rejects.toMatchObject({ code: 'NOT_ALLOWED', field: 'acl' })
    await expect(transport.consume({ topics: MESSAGE_TOPICS, group: 'recorder' })).rejects.toMatchObject({ code: 'NOT_ALLOWED', field: 'acl' })
    await transport.close()
  }, 60_000)
})
