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
