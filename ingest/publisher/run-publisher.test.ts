import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { verifyCommitEvent } from '../../domain/message/commit-event.js'
import { CHAIN_STREAM, openEmbeddedLog, type EventLog } from '../../eventlog/index.js'
import { createTestNetwork, NOW, testId } from '../../eventlog/recorder/testing/network.js'
import { uuidV5 } from '../../domain/uuid.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { takeRecords } from '../testing/transport-contract.js'
import { until } from '../testing/until.js'
import { openEmbeddedTransport } from '../transport/embedded/embedded-transport.js'
import type { Transport } from '../transport/transport.js'
import { openPublisherCheckpoint } from './checkpoint.js'
import { commitKey } from './commit-notice.js'
import { runCommitPublisher } from './run-publisher.js'

const network = createTestNetwork()
const allowed = new Set(network.genesis.recorders.map(({ publicKey }) => publicKey))
const hash = (n: number): never => n.toString(16).padStart(64, '0') as never

function block(height: number): DomainEvent {
  const transaction = (n: number, status: 'success' | 'failed') => ({
    txId: hash(n), kind: 'event' as const, anomalyId: testId(n), status, code: status === 'failed' ? 'REPLAY' as const : null,
    producerId: null, nonce: null, contentHash: null, publicKey: null, signature: null, submittedAtSeconds: null,
  })
  return {
    type: 'BlockCommitted',
    data: {
      height: height as Height, blockHash: hash(height), parentHash: hash(height - 1), epoch: 0 as never, view: height as never, stateRoot: hash(900 + height),
      txRoot: hash(1), receiptsRoot: hash(2), proposer: hash(3), timestamp: NOW, header: '', justify: '', certificate: '', certificateView: height as never,
      certificateSigners: [], commitCertificate: '', transactions: [transaction(height * 10, 'success'), transaction(height * 10 + 1, 'failed')], at: NOW as UnixMillis,
    },
  }
}

describe('the commit publisher', () => {
  const folder = temporaryFolder()
  let run = 0
  let path: string
  let log: EventLog
  let transport: Transport
  beforeEach(async () => {
    path = join(folder.path, String(run++))
    log = await openEmbeddedLog(join(path, 'log'))
    transport = await openEmbeddedTransport(join(path, 'topics'))
  })
  afterEach(async () => {
    await log.close()
    await transport.close()
    folder.remove()
  })

  const commit = (height: number) => log.append([{ stream: CHAIN_STREAM, expected: height === 1 ? 'none' : height - 2, events: [{ id: uuidV5(`block/${height}`), event: block(height) }] }])
  const published = async (): Promise<number> => (await transport.endOffsets('control.commits.v1'))[0]?.offset ?? 0
  function start(through: Pick<Transport, 'send'> = transport) {
    const abort = new AbortController()
    const checkpoint = openPublisherCheckpoint(join(path, 'checkpoint'))
    let retries = 0
    const done = runCommitPublisher({ log, transport: through, checkpoint, signer: network.recorder, signal: abort.signal, onRetry: () => { retries += 1 } })
    return {
      checkpoint, retries: () => retries,
      async stop() {
        abort.abort()
        await done
        await checkpoint.close()
      },
    }
  }

  it('publishes one signed notice a block, with the anomalies that succeeded', async () => {
    await commit(1)
    await commit(2)
    const publisher = start()
    await until('both are published', async () => (await published()) === 2)
    await publisher.stop()
    const records = await takeRecords(await transport.consume({ topics: ['control.commits.v1'], group: 'test' }), 2)
    records.forEach((record, i) => {
      expect(bytesToHex(record.key)).toBe(bytesToHex(commitKey((i + 1) as Height)))
      expect(record.headers).toEqual({ version: '1', type: 'commit' })
      expect(verifyCommitEvent(record.value, allowed, network.verify)).toMatchObject({
        ok: true, message: { height: i + 1, blockHash: hash(i + 1), stateRoot: hash(901 + i), txCount: 2, anomalyCount: 1, evidenceCount: 0, policyCount: 0, timestampSeconds: NOW / 1000, anomalyIds: [testId((i + 1) * 10)] },
      })
    })
  })

  it('goes on after its checkpoint and never publishes again what lies below', async () => {
    await commit(1)
    const first = start()
    await until('the first block is past', () => first.checkpoint.load().height === 1)
    await first.stop()
    await commit(2)
    const second = start()
    await until('the second block is past', () => second.checkpoint.load().height === 2)
    await second.stop()
    expect(await published()).toBe(2)
  })

  it('publishes nothing at or below its height, even when it reads the log from the beginning', async () => {
    await commit(1)
    await commit(2)
    const before = openPublisherCheckpoint(join(path, 'checkpoint'))
    await before.save({ position: 0, height: 1 })
    await before.close()
    const publisher = start()
    await until('the second block is past', () => publisher.checkpoint.load().height === 2)
    await publisher.stop()
    const records = await takeRecords(await transport.consume({ topics: ['control.commits.v1'], group: 'test' }), await published())
    expect(records.map(({ key }) => bytesToHex(key))).toEqual([bytesToHex(commitKey(2 as Height))])
  })

  it('publishes again, with the same key, what it sent before its checkpoint was saved', async () => {
    await commit(1)
    const first = start()
    first.checkpoint.save = () => new Promise(() => undefined)
    await until('it is published', async () => (await published()) === 1)
    const second = start()
    await until('it is published again', async () => (await published()) === 2)
    await second.stop()
    const [one, two] = await takeRecords(await transport.consume({ topics: ['control.commits.v1'], group: 'test' }), 2)
    expect([two?.key, two?.value]).toEqual([one?.key, one?.value])
  })

  it('tries again until the transport takes the notice, in order', async () => {
    let failures = 3
    const flaky: Pick<Transport, 'send'> = { send: (records) => (failures-- > 0 ? Promise.reject(new Error('away')) : transport.send(records)) }
    await commit(1)
    await commit(2)
    const publisher = start(flaky)
    await until('both are published', async () => (await published()) === 2)
    await publisher.stop()
    expect(publisher.retries()).toBe(3)
  })
})
