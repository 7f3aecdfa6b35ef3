import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import { policyBytes, policyId, type MessageSpec } from '../../domain/policy/testing/policies.js'
import { signerOf as policySignerOf } from '../../domain/execution/testing/network.js'
import { until } from '../../ingest/testing/until.js'
import { CHAIN_STREAM, policyStream } from '../log.js'
import { createTestChain } from './testing/chain.js'
import { at, createHarness, type Harness } from './testing/harness.js'
import { NOW, refusedWith, signerOf, testId } from './testing/network.js'

const head = { name: 'head', publicKey: bytesToHex(policySignerOf('head').publicKey) }
const edge = signerOf('edge')
const signed = (n: number, spec: MessageSpec): Uint8Array => policyBytes(n, { tsSeconds: Math.floor(NOW / 1000), ...spec })
const addEdge: MessageSpec = { action: 'add', rule: 'producer', from: 3, subject: { producer: bytesToHex(edge.publicKey), name: 'edge' } }

describe('policies in the log', () => {
  let harness: Harness
  beforeEach(async () => { harness = await createHarness(5, { policyAuthorities: [head] }) })
  afterEach(() => harness.destroy())

  it('are told with what they change, from when, where they stand and what came of them', async () => {
    const blocks = createTestChain(harness.network)
    const block = blocks.add([], { policies: [signed(1, addEdge), signed(1, addEdge)] })
    blocks.add([])
    harness.chain.push(...blocks.committed())
    const recorder = harness.start()
    await until('the block is recorded', () => recorder.status().height === 1)
    const events = (await harness.eventsOf(policyStream(policyId(1)))).map(({ event, revision }) => [revision, event])
    expect(events).toMatchObject([
      [0, { type: 'PolicyRecorded', data: { policyId: policyId(1), action: 'add', rule: 'producer', effectiveHeight: 3, expirationHeight: null, rollbackOf: null, authority: head.publicKey, authorityName: 'head',
        params: expect.stringContaining('"name":"edge"') as string, placement: { height: 1, blockHash: block.hash, txIndex: 0 }, outcome: 'applied', code: null } }],
      [1, { data: { placement: { txIndex: 1 }, outcome: 'failed', code: 'DUPLICATE' } }],
    ])
    const [recorded] = await harness.eventsOf(CHAIN_STREAM)
    expect(recorded?.event).toMatchObject({ data: { transactions: [{ kind: 'policy', status: 'success', producerId: head.publicKey, anomalyId: null }, { kind: 'policy', status: 'failed', code: 'DUPLICATE' }] } })
  })

  describe('that no block has carried', () => {
    const place = (offset: number) => ({ topic: 'ai.policy.v1', partition: 0, offset })
    const send = (offset: number, bytes: Uint8Array): void => harness.messages.push({ kind: 'policy', origin: place(offset), bytes, timestampMs: NOW })
    const told = async (n: number) => (await harness.eventsOf(policyStream(policyId(n)))).map(({ event, revision }) => [revision, event])
    /** Empty blocks up to this height, all committed. */
    const grow = (blocks: ReturnType<typeof createTestChain>, height: number): void => {
      const from = blocks.committed().length
      while (blocks.committed().length < height) blocks.add([])
      harness.chain.push(...blocks.committed().slice(from))
    }
    const later = (ms: number): void => { harness.time.now += ms }

    it('lapse once no later block can carry them, once, and not before', async () => {
      const blocks = createTestChain(harness.network)
      let recorder = harness.start()
      send(0, signed(1, { from: 4 }))
      send(1, signed(2, { from: 5 }))
      await until('both are read', () => harness.messages.acknowledged() === 2)
      grow(blocks, 3)
      await until('the chain is recorded', () => recorder.status().height === 3)
      expect([await told(1), await told(2)]).toEqual([[], []])
      later(10_001)
      await until('the first lapses', async () => (await told(1)).length === 1)
      expect(await told(1)).toMatchObject([[0, { type: 'PolicyLapsed', data: {
        policyId: policyId(1), action: 'update', rule: 'threshold', effectiveHeight: 4, authorityName: 'head', origin: place(0), reason: 'height', height: 3, at: NOW + 10_001 } }]])
      // Block 4 may carry the other one, and read again after a crash neither begins anew.
      await harness.stop()
      recorder = harness.start()
      send(0, signed(1, { from: 4 }))
      grow(blocks, 4)
      await until('the chain goes on', () => recorder.status().height === 4)
      later(10_001)
      await until('the other one lapses too', async () => (await told(2)).length === 1)
      await harness.stop()
      await harness.dropIndex()
      recorder = harness.start()
      send(0, signed(1, { from: 4 }))
      send(1, signed(2, { from: 5 }))
      send(2, signed(3, { from: 5 }))
      await until('all are read again', () => harness.messages.acknowledged() === 6)
      later(10_001)
      await until('a third lapses after them', async () => (await told(3)).length === 1)
      expect([(await told(1)).length, (await told(2)).length]).toEqual([1, 1])
    })

    it('lapse when their time is over, and a block that carries one after all has the last word', async () => {
      const blocks = createTestChain(harness.network)
      const recorder = harness.start()
      send(0, signed(1, { from: 9 }))
      await until('it is read', () => harness.messages.acknowledged() === 1)
      later(310_001)
      await until('it lapses', async () => (await told(1)).length === 1)
      expect(await told(1)).toMatchObject([[0, { data: { reason: 'time', height: 0 } }]])
      blocks.add([], { policies: [signed(1, { from: 9 })] })
      blocks.add([])
      harness.chain.push(...blocks.committed())
      await until('the block is recorded', () => recorder.status().height === 1)
      expect(await told(1)).toMatchObject([[0, { type: 'PolicyLapsed' }], [1, { type: 'PolicyRecorded', data: { outcome: 'applied' } }]])
    })

    it('never lapse where nobody who may signed them, where validators refused them, or where a block was first', async () => {
      const blocks = createTestChain(harness.network)
      blocks.add([], { policies: [signed(1, { from: 2 })] })
      blocks.add([])
      harness.chain.push(...blocks.committed())
      const recorder = harness.start()
      await until('the block is recorded', () => recorder.status().height === 1)
      const refused = signed(3, { from: 2 })
      send(0, signed(1, { from: 2 }))
      send(1, signed(2, { from: 2, signer: 'p0' }))
      send(2, refused)
      send(3, signed(4, { from: 2, tamper: (message) => ({ ...message, action: 'add' }) }))
      send(4, signed(5, { from: 2 }))
      harness.receipts.store(...[0, 1].map((validator) => harness.network.receipt(validator, place(2), refused, refusedWith('SKEW'))))
      await until('it is refused, and all are read', () => harness.sink.letters.length === 1 && harness.messages.acknowledged() === 5)
      later(10_001)
      await until('that of an authority lapses', async () => (await told(5)).length === 1)
      expect((await told(1)).map(([, event]) => (event as { type: string }).type)).toEqual(['PolicyRecorded'])
      expect([await told(2), await told(3), await told(4)]).toEqual([[], [], []])
    })
  })

  it('decide who speaks for an anomaly: a stranger keeps no id, and once it is let in the same message takes its own', async () => {
    const { network, messages, receipts } = harness
    const bytes = network.message({ id: testId(1), signer: edge })
    const blocks = createTestChain(network)
    let recorder = harness.start()
    messages.push({ origin: at(0), bytes, timestampMs: NOW - 100 })
    receipts.store(...[0, 1].map((validator) => network.receipt(validator, at(0), bytes, refusedWith('UNKNOWN_PRODUCER'))))
    await until('it is rejected', () => recorder.status().rejected === 1)
    expect(await harness.lifeOf(testId(1))).toEqual([])

    blocks.add([], { policies: [signed(1, addEdge)] })
    blocks.add([])
    blocks.add([bytes])
    blocks.add([])
    harness.chain.push(...blocks.committed().slice(0, 2))
    await until('the policy is recorded', () => recorder.status().height === 2)
    await harness.stop()
    // A folded index knows the rules too.
    await harness.dropIndex()
    recorder = harness.start()
    messages.push({ origin: at(1), bytes, timestampMs: NOW - 100 })
    await until('the copy is published', () => recorder.status().published === 2)
    harness.chain.push(...blocks.committed().slice(2))
    await until('it is committed', () => recorder.status().committed === 1)
    expect(await harness.lifeOf(testId(1))).toEqual(['Published', 'Admitted', 'Committed'])
  })
})
