import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import { asHeight } from '../../domain/ids.js'
import type { RulesNow } from '../../domain/policy/read-rules.js'
import { genesisRules, rulesOfPolicies } from '../../domain/policy/rules-at.js'
import { governed, policyBytes, policyOf } from '../../domain/policy/testing/policies.js'
import { receiptSignBytes, type AdmissionReceipt } from '../../domain/receipt.js'
import type { RejectCode } from '../../domain/reject-codes.js'
import { createTransaction } from '../../domain/transaction.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { NOW, signerOf, testId } from '../../eventlog/recorder/testing/network.js'
import { until } from '../testing/until.js'
import { TOPICS } from '../transport/transport.js'
import { anyBlock, createValidatorHarness, noExclusions, withConsumer, type ValidatorHarness } from '../testing/validator.js'
import { settleBlock, settleMissed } from './settle.js'

const codeOf = ({ verdict }: AdmissionReceipt): RejectCode | 'admitted' => (verdict.kind === 'admitted' ? 'admitted' : verdict.code)

describe('intake', () => {
  let harness: ValidatorHarness
  beforeEach(async () => { harness = await createValidatorHarness() })
  afterEach(() => harness.destroy())

  it('answers every message with one signed receipt, each refusal with its code', async () => {
    const { network, receipts, send, start } = harness
    const nonce = new Uint8Array(16).fill(9)
    const good = network.message({ id: testId(1), nonce })
    const cases: readonly (readonly [RejectCode | 'admitted', Uint8Array])[] = [
      ['admitted', good],
      ['DUPLICATE', good],
      ['DUPLICATE', network.message({ id: testId(1) })],
      ['REPLAY', network.message({ nonce })],
      ['MALFORMED', Uint8Array.of(0xff, 0x00)],
      ['MALFORMED', new Uint8Array(0)],
      ['MALFORMED', network.message({ payload: Buffer.from('not json') })],
      ['TOO_LARGE', new Uint8Array(1024 * 1024 + 1)],
      ['TOO_LARGE', network.message({ payload: Buffer.from(JSON.stringify({ severity: 7, confidence: 0.9, fill: 'x'.repeat(257 * 1024) })) })],
      ['UNKNOWN_PRODUCER', network.message({ signer: signerOf('stranger') })],
      ['INVALID_SIGNATURE', network.message({ tamper: (message) => ({ ...message, signature: new Uint8Array(64) }) })],
      ['INVALID_SIGNATURE', network.message({ tamper: (message) => ({ ...message, type: 'another' }) })],
      ['HASH_MISMATCH', network.message({ scheme: 'v1', tamper: (message) => ({ ...message, payload: Buffer.from('{"severity":7,"confidence":0.9}') }) })],
      ['SKEW', network.message({ atMs: NOW - 301_000 })],
      ['SKEW', network.message({ atMs: NOW + 301_000 })],
      ['admitted', network.message({ atMs: NOW - 299_000 })],
    ]
    const { store, mempool } = start()
    for (const [, bytes] of cases) await send(bytes)
    await until('all have receipts', () => receipts.length === cases.length)
    expect(receipts.map(codeOf)).toEqual(cases.map(([code]) => code))
    receipts.forEach((receipt, sequence) => {
      expect(receipt).toMatchObject({ sequence, origin: { topic: 'ai.anomalies.v1', partition: 0, offset: sequence } })
      expect(network.verify(network.validators[0]?.publicKey as Uint8Array, receiptSignBytes(network.set.chainId, receipt), receipt.signature)).toBe(true)
    })
    expect(store.receiptsFrom(0, 100)).toEqual(receipts)
    expect(store.receiptsFrom(14, 1)).toEqual([receipts[14]])
    expect(mempool.size().count).toBe(2)
    await until('the offsets are committed', async () => (await harness.committed()) === cases.length)
  })

  it('judges the messages of one batch by those before them in it', async () => {
    const { network, receipts, send, start } = harness
    const nonce = new Uint8Array(16).fill(1)
    const good = network.message({ id: testId(1), nonce })
    await send(good, good, network.message({ id: testId(1) }), network.message({ nonce }), network.message())
    start()
    await until('all have receipts', () => receipts.length === 5)
    expect(receipts.map(codeOf)).toEqual(['admitted', 'DUPLICATE', 'DUPLICATE', 'REPLAY', 'admitted'])
  })

  it('gives a message read again after a crash the same receipt and no second one', async () => {
    const { network, receipts, send, start, transport } = harness
    await send(network.message(), network.message(), Uint8Array.of(1))
    const first = start({ transport: withConsumer(transport, (consumer) => ({ ...consumer, commit: () => Promise.reject(new Error('killed before the offsets')) })) })
    await expect(first.done).rejects.toThrow('killed before the offsets')
    expect(receipts.length).toBe(3)
    expect(await harness.committed()).toBe(0)
    await first.stop()

    const second = start()
    await until('the batch is read again', async () => (await harness.committed()) === 3)
    expect(receipts.length).toBe(3)
    expect(second.store.receiptsFrom(0, 10)).toEqual(receipts)
    expect(second.mempool.select(noExclusions, anyBlock).length).toBe(2)
  })

  it('tells of what waits from before a restart: nothing else will', async () => {
    const { network, send, start } = harness
    await send(network.message())
    const first = start()
    await until('it is read for good', async () => (await harness.committed()) === 1)
    await first.stop()
    let told = 0
    const { mempool } = start({ onPooled: () => { told += 1 } })
    await until('the node is told', () => told > 0)
    expect(mempool.size().count).toBe(1)
  })

  it('has receipts and transactions on disk before it announces them or commits an offset', async () => {
    const { network, send, start, transport } = harness
    const steps: string[] = []
    const intake = start({
      onReceipts: (receipts) => void steps.push(`receipts ${receipts.length}, stored ${intake.store.nextSequence()}, waiting ${intake.store.pending().length}`),
      transport: withConsumer(transport, (consumer) => ({
        ...consumer,
        commit: (marks) => {
          steps.push(`commit, stored ${intake.store.nextSequence()}`)
          return consumer.commit(marks)
        },
      })),
    })
    await send(network.message(), network.message())
    await until('the offsets are committed', async () => (await harness.committed()) === 2)
    expect(steps).toEqual(['receipts 2, stored 2, waiting 2', 'commit, stored 2'])
  })

  it('refuses a replay also after a restart, and forgets the nonce when its window has passed', async () => {
    const { network, receipts, send, start, time } = harness
    const nonce = new Uint8Array(16).fill(3)
    await send(network.message({ nonce }))
    const first = start()
    await until('it is admitted', () => receipts.length === 1)
    await first.stop()
    const second = start()
    await send(network.message({ nonce }))
    await until('the second is judged', () => receipts.length === 2)
    expect(receipts.map(codeOf)).toEqual(['admitted', 'REPLAY'])
    time.now = NOW + 15 * 60_000 + 1000
    await until('the window is pruned', () => !second.store.memory().hasNonce('event', Buffer.from(network.producers[0]?.publicKey as Uint8Array).toString('hex') as never, '03'.repeat(16)))
    await send(network.message({ nonce, atMs: time.now }))
    await until('the third is judged', () => receipts.length === 3)
    expect(receipts.map(codeOf)).toEqual(['admitted', 'REPLAY', 'admitted'])
  })

  it('never takes a transaction back that a block has carried, not even when it reads the message later or restarts', async () => {
    const { network, receipts, send, start, rules } = harness
    const [early, late, latest] = [network.message(), network.message(), network.message()]
    const chain = createTestChain(network)
    const block = chain.add([early, late, latest])
    const first = start()
    await send(early)
    await until('the first is admitted', () => receipts.length === 1)
    await settleBlock({ store: first.store, mempool: first.mempool, skewMs: rules.limits.skewMs }, block)
    await send(late)
    await until('the second is admitted too', () => receipts.length === 2)
    expect(receipts.map(codeOf)).toEqual(['admitted', 'admitted'])
    expect(first.mempool.hasWork(noExclusions)).toBe(false)
    await first.stop()
    const second = start()
    await send(latest)
    await until('the third is admitted too', () => receipts.length === 3)
    expect(second.mempool.hasWork(noExclusions)).toBe(false)
  })

  it('settles at start what was committed before a crash and not settled', async () => {
    const { network, receipts, send, start, rules } = harness
    const messages = [network.message(), network.message(), network.message()]
    const chain = createTestChain(network)
    const blocks = messages.slice(0, 2).map((bytes) => chain.add([bytes]))
    const first = start()
    await send(...messages)
    await until('all are admitted', () => receipts.length === 3)
    const skewMs = rules.limits.skewMs
    await settleBlock({ store: first.store, mempool: first.mempool, skewMs }, blocks[0] as (typeof blocks)[0])
    expect(first.store.settledHeight()).toBe(1)
    await settleMissed({ store: first.store, mempool: first.mempool, skewMs }, 2, (height) => blocks[height - 1])
    expect(first.store.settledHeight()).toBe(2)
    await first.stop()
    const second = start()
    await until('the pool is filled', () => second.mempool.size().count > 0)
    expect(second.mempool.select(noExclusions, anyBlock).map(({ id }) => id)).toEqual([createTransaction('event', messages[2] as Uint8Array).id])
  })

  it('gives up what no block can carry any more, also what waits before the pool', async () => {
    const { network, receipts, send, start, time } = harness
    const { mempool, store } = start({ limits: { maxCount: 2 } })
    await send(network.message(), network.message(), network.message())
    await until('all are admitted', () => receipts.length === 3)
    time.now = NOW + 300_001
    await until('all are given up', () => store.pending().length === 0)
    expect(mempool.size()).toEqual({ count: 0, bytes: 0 })
    expect(mempool.counters()).toMatchObject({ expired: 2, tooOld: 1 })
  })

  it('reads policies and reports too, each as its kind, and refuses what no block can carry', async () => {
    const { network, transport, receipts, start } = harness
    const [anomaly, policy, report] = [network.message(), network.message(), network.message()]
    const values: [string, Uint8Array][] = [[TOPICS.policy.name, policy], [TOPICS.evidence.name, report], [TOPICS.anomalies.name, anomaly]]
    await transport.send(values.map(([topic, value]) => ({ topic, partition: 0, key: Buffer.from('k'), value })))
    const { mempool } = start()
    await until('all have receipts', () => receipts.length === 3)
    // An anomaly in another topic is none.
    expect(new Map(receipts.map((receipt) => [receipt.origin.topic, codeOf(receipt)]))).toEqual(new Map([
      [TOPICS.policy.name, 'MALFORMED'], [TOPICS.evidence.name, 'MALFORMED'], [TOPICS.anomalies.name, 'admitted'],
    ]))
    expect(mempool.select(noExclusions, anyBlock)).toEqual([createTransaction('event', anomaly)])
    await until('the offsets are committed', async () => (await transport.committed('validator-0', TOPICS.policy.name))[0]?.offset === 1)
  })

  it('admits a policy of an authority once, and the messages that the rules now in force allow', async () => {
    const { network, transport, receipts, start, send } = harness
    const tsSeconds = Math.floor(NOW / 1000)
    const stranger = signerOf('stranger')
    let rulesNow: RulesNow = { rules: genesisRules(governed), height: asHeight(4) }
    const { mempool } = start({ rulesNow: () => rulesNow })
    await transport.send([policyBytes(1, { tsSeconds }), policyBytes(1, { tsSeconds }), policyBytes(2, { tsSeconds, from: 4 }), policyBytes(3, { tsSeconds, signer: 'p0' })]
      .map((value) => ({ topic: TOPICS.policy.name, partition: 0, key: Buffer.from('k'), value })))
    await until('all have receipts', () => receipts.length === 4)
    expect(receipts.map(codeOf)).toEqual(['admitted', 'DUPLICATE', 'SKEW', 'UNKNOWN_PRODUCER'])
    expect(mempool.select(noExclusions, anyBlock)).toEqual([createTransaction('policy', policyBytes(1, { tsSeconds }))])

    await send(network.message({ signer: stranger }))
    await until('the stranger is refused', () => receipts.length === 5)
    const producer = bytesToHex(stranger.publicKey)
    rulesNow = { rules: rulesOfPolicies([policyOf(4, { action: 'add', rule: 'producer', subject: { producer, name: 'edge' } })], asHeight(5)), height: asHeight(5) }
    await send(network.message({ signer: stranger }))
    await until('it is let in', () => receipts.length === 6)
    expect(receipts.slice(4).map(codeOf)).toEqual(['UNKNOWN_PRODUCER', 'admitted'])
  })

  it('stops with the error of a store that fails, having committed nothing', async () => {
    const { network, send, start, transport } = harness
    const intake = start({ transport: withConsumer(transport, (consumer) => consumer) })
    intake.store.record = () => Promise.reject(new Error('the disk is full'))
    await send(network.message())
    await expect(intake.done).rejects.toThrow('the disk is full')
    expect(await harness.committed()).toBe(0)
  })
})
