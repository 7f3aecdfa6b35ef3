import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeHeader } from '../../domain/block.js'
import { ByteWriter } from '../../domain/bytes.js'
import { encodeQc } from '../../domain/certificate.js'
import type { DomainEvent } from '../../domain/events/schema.js'
import { createTransaction } from '../../domain/transaction.js'
import { uuidV5 } from '../../domain/uuid.js'
import { CHAIN_STREAM, openEmbeddedLog } from '../../eventlog/index.js'
import type { CertifiedBlock } from '../../eventlog/recorder/ports.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { createTestNetwork, NOW, testId } from '../../eventlog/recorder/testing/network.js'
import { openPublisherCheckpoint, runControlPublisher, type Transport } from '../../ingest/index.js'
import { skipsKafka } from '../../ingest/testing/kafka-broker.js'
import { until } from '../../ingest/testing/until.js'
import { openKafkaTransport } from '../../ingest/transport/kafka/index.js'
import { startBroker, type Broker } from '../../scripts/kafka/broker.js'
import { createDetectorFeedback, type DetectorFeedback } from './feedback.js'
import { openFeedbackStore } from './store.js'

const network = createTestNetwork()
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** A block as the recorder appends it. */
function recorded({ block, receipts, certificate, commitCertificate }: CertifiedBlock, idOf: (txId: string) => number): DomainEvent {
  const { chainId: _chainId, justifyHash: _justifyHash, failedLeaders: _failedLeaders, ...fields } = block.header
  const header = new ByteWriter(512)
  writeHeader(header, block.header)
  const nothing = { producerId: null, nonce: null, contentHash: null, publicKey: null, signature: null, submittedAtSeconds: null }
  return {
    type: 'BlockCommitted',
    data: {
      ...fields, blockHash: block.hash, header: base64(header.finish()), justify: base64(encodeQc(block.justify)), certificate: base64(encodeQc(certificate)),
      certificateView: certificate.data.view, certificateSigners: [], commitCertificate: base64(encodeQc(commitCertificate)), at: NOW,
      transactions: block.transactions.map(({ id, kind }, i) => ({ ...nothing, txId: id, kind, anomalyId: testId(idOf(id)), status: receipts[i]?.status ?? 'failed', code: null })),
    },
  }
}

describe.skipIf(skipsKafka)('the control topics on Kafka', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-control-'))
  let broker: Broker
  let transport: Transport
  beforeAll(async () => {
    broker = await startBroker({ version: '4.1.1', folder: join(folder, 'broker') })
    transport = await openKafkaTransport({ brokers: [broker.address], create: true })
  }, 300_000)
  afterAll(async () => {
    await transport.close()
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)

  it('carry keys, headers and proofs from the log to a detector, over restarts of both', async () => {
    const log = await openEmbeddedLog(join(folder, 'log'))
    const chain = createTestChain(network)
    const messages = [1, 2, 3].map((n) => network.message({ id: testId(n) }))
    const txIds = messages.map((bytes) => createTransaction('event', bytes).id)
    const idOf = (txId: string): number => txIds.findIndex((known) => known === txId) + 1
    messages.forEach((bytes) => chain.add([bytes]))
    chain.add([])
    const blocks = chain.committed()
    const append = (i: number) => log.append([{ stream: CHAIN_STREAM, expected: i === 0 ? 'none' : i - 1, events: [{ id: uuidV5(`block/${i}`), event: recorded(blocks[i] as CertifiedBlock, idOf) }] }])

    async function hear(height: number, act: () => Promise<unknown>): Promise<DetectorFeedback> {
      const abort = new AbortController()
      const checkpoint = openPublisherCheckpoint(join(folder, 'checkpoint'))
      const store = openFeedbackStore(join(folder, 'store'))
      const feedback = createDetectorFeedback({ transport, name: 'd', genesis: network.genesis, verify: network.verify, store, clock: () => NOW })
      txIds.forEach((txId, i) => feedback.expect(testId(i + 1), txId))
      const running = [feedback.run(abort.signal), runControlPublisher({ log, transport, checkpoint, signer: network.recorder, signal: abort.signal })]
      await act()
      await until(`block ${height} is heard`, () => feedback.status().height === height, 60_000)
      abort.abort()
      await Promise.all(running)
      await checkpoint.close()
      await store.close()
      return feedback
    }

    const first = await hear(1, () => append(0))
    expect(first.status()).toMatchObject({ notices: 1, refused: {}, own: { COMMITTED: 1, PUBLISHED: 2 } })
    const second = await hear(3, async () => {
      await append(1)
      await append(2)
    })
    expect(second.status()).toMatchObject({ refused: {}, contradicting: 0, falseClaims: 0, ownCommitted: 2, own: { COMMITTED: 2, PUBLISHED: 1 } })
    expect(second.stateOf(testId(3))).toBe('COMMITTED')
    await log.close()
  }, 120_000)
})
