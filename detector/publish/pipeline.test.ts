/** The whole way of an anomaly outside consensus: detector, five validators' intakes, recorder, publisher, detector. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Height, UnixMillis } from '../../domain/ids.js'
import { rulesOf } from '../../domain/message/check-anomaly.js'
import { openEmbeddedLog, type EventLog } from '../../eventlog/index.js'
import { openRecorderIndex, runRecorder, type ReceiptFeed, type RecorderIndex } from '../../eventlog/recorder/index.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { testChainFeed } from '../../eventlog/recorder/testing/feeds.js'
import { createTestNetwork, NOW, testId } from '../../eventlog/recorder/testing/network.js'
import {
  createMempool, deadLetterSinkOf, defaultMempoolLimits, messageFeedOf, openAdmissionStore, openEmbeddedTransport, openPublisherCheckpoint, runControlPublisher,
  runIntake, settleBlock, type AdmissionStore, type Mempool, type Transport,
} from '../../ingest/index.js'
import { until } from '../../ingest/testing/until.js'
import { createAnomalyPublisher } from './anomaly-publisher.js'
import { createDetectorFeedback } from '../feedback/feedback.js'

const folder = mkdtempSync(join(tmpdir(), 'cybermesh-pipeline-'))
const network = createTestNetwork()
const rules = rulesOf(network.genesis)
const clock = (): UnixMillis => NOW
const abort = new AbortController()
let transport: Transport
let log: EventLog
let index: RecorderIndex
const validators: { store: AdmissionStore; mempool: Mempool }[] = []
const running: Promise<unknown>[] = []

beforeAll(async () => {
  transport = await openEmbeddedTransport(join(folder, 'topics'))
  log = await openEmbeddedLog(join(folder, 'log'))
  index = openRecorderIndex(join(folder, 'index'), network.set.chainId)
})
afterAll(async () => {
  abort.abort()
  await Promise.all(running)
  await Promise.all(validators.map(({ store }) => store.close()))
  await index.close()
  await log.close()
  await transport.close()
  rmSync(folder, { recursive: true, force: true })
})

it('every detection comes back to its detector as committed, and every other message ends in the dead letters', async () => {
  network.validators.forEach((signer, i) => {
    const store = openAdmissionStore(join(folder, `validator-${i}`))
    const mempool = createMempool(defaultMempoolLimits(rules.limits.skewMs))
    validators.push({ store, mempool })
    running.push(runIntake({
      transport, group: `validator-${i}`, store, mempool, signer, chainId: network.set.chainId, rulesNow: () => ({ rules, height: 1 as Height }), clock, verify: network.verify,
      onReceipts: () => undefined, signal: abort.signal,
    }))
  })
  const receipts: ReceiptFeed = {
    async *pushed(signal) { await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })) },
    receiptsFrom: (validator, sequence, limit) => Promise.resolve(
      validators[network.set.validators.findIndex(({ id }) => id === validator)]?.store.receiptsFrom(sequence, limit) ?? []),
  }
  const chainFeed = testChainFeed()
  const recorder = runRecorder({
    log, index, genesis: network.genesis, receipts, chain: chainFeed, verify: network.verify, clock, actor: 'test', signal: abort.signal, tickMs: 10,
    messages: messageFeedOf(await transport.consume({ topics: ['ai.anomalies.v1'], group: 'recorder' })), deadLetters: deadLetterSinkOf(transport),
  })
  running.push(recorder.done)
  const checkpoint = openPublisherCheckpoint(join(folder, 'checkpoint'))
  running.push(runControlPublisher({ log, transport, checkpoint, signer: network.recorder, signal: abort.signal }).then(() => checkpoint.close()))
  const feedback = createDetectorFeedback({ transport, name: 'detector', genesis: network.genesis, verify: network.verify, clock })
  running.push(feedback.run(abort.signal))

  const publisher = createAnomalyPublisher({
    transport, signer: network.producers[0] as never, clock, random: (length) => new Uint8Array(length).fill(1), onSigned: (anomalyId, txId) => feedback.expect(anomalyId, txId),
  })
  for (let n = 0; n < 50; n++) {
    await publisher.publish([{
      anomalyId: testId(n), type: 'ddos', source: 'pipeline', severity: 5, confidence: 0.5, payload: Buffer.from(`{"severity":5,"confidence":0.5,"n":${n}}`),
      modelVersion: 'rules-1', detectedAtMs: NOW,
    }])
    if (n % 5 === 0) await transport.send([{ topic: 'ai.anomalies.v1', key: Buffer.of(n), value: Buffer.from(`noise ${n}`) }])
  }
  await until('every validator has answered all', () => validators.every(({ store }) => store.nextSequence() === 60))
  expect(validators.map(({ mempool }) => mempool.size().count)).toEqual([50, 50, 50, 50, 50])

  const chain = createTestChain(network)
  const pool = validators[0]?.mempool as Mempool
  while (pool.hasWork(new Set())) {
    const block = chain.add(pool.select(new Set(), { maxCount: 20, maxBytes: 1024 * 1024, blockTime: NOW }).map(({ bytes }) => bytes))
    for (const { store, mempool } of validators) await settleBlock({ store, mempool, skewMs: rules.limits.skewMs }, block)
  }
  chain.add([])
  chainFeed.push(...chain.committed())

  await until('the detector has heard of all its anomalies', () => feedback.status().ownCommitted === 50)
  expect(feedback.status()).toMatchObject({ notices: 3, refused: {}, own: { COMMITTED: 50, PUBLISHED: 0, ADMITTED: 0, REJECTED: 0, TIMEOUT: 0 } })
  // Ten are about the noise, which was not its own.
  await until('and how validation ended for each', () => feedback.status().validations.notices === 50 && feedback.status().validations.ofOthers === 10)
  await until('the noise is settled', () => recorder.status().inFlight === 0)
  expect(recorder.status()).toMatchObject({ published: 60, admitted: 50, committed: 50, rejected: 10, timeout: 0, expired: 0, inFlight: 0, height: 3 })
  await until('the dead letters are sent', async () => (await transport.endOffsets('ai.dlq.v1'))[0]?.offset === 10)
  expect(validators.map(({ store, mempool }) => [store.pending().length, mempool.size().count])).toEqual(Array.from({ length: 5 }, () => [0, 0]))
}, 60_000)
