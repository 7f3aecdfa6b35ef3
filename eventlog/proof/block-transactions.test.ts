import { afterEach, beforeEach, expect, test } from 'vitest'
import { bytesToHex } from '../../domain/bytes.js'
import { evidenceTransaction } from '../../domain/evidence/evidence.js'
import { signerOf as policySignerOf } from '../../domain/execution/testing/network.js'
import { transactionsRoot } from '../../domain/transaction.js'
import { policyBytes, type MessageSpec } from '../../domain/policy/testing/policies.js'
import { until } from '../../ingest/testing/until.js'
import { voteSignBytes, type VoteData } from '../../domain/certificate.js'
import { CHAIN_STREAM } from '../log.js'
import { createTestChain } from '../recorder/testing/chain.js'
import { createHarness, type Harness } from '../recorder/testing/harness.js'
import { NOW, signerOf, testId } from '../recorder/testing/network.js'
import { isBlock, MissingBytesError, transactionsOf, type RecordedBlock } from './block-transactions.js'
import { readChainProof } from './read-chain-proof.js'

const head = { name: 'head', publicKey: bytesToHex(policySignerOf('head').publicKey) }
const signed = (n: number, spec: MessageSpec): Uint8Array => policyBytes(n, { tsSeconds: Math.floor(NOW / 1000), ...spec })
const addEdge: MessageSpec = { action: 'add', rule: 'producer', from: 3, subject: { producer: bytesToHex(signerOf('edge').publicKey), name: 'edge' } }

let harness: Harness
beforeEach(async () => { harness = await createHarness(5, { policyAuthorities: [head] }) })
afterEach(() => harness.destroy())

/** Two votes of validator 3 in one view, as a transaction. */
function doubleVote() {
  const { set, validators } = harness.network
  const vote = (fill: string) => {
    const data = { epoch: set.epoch, view: 9, height: 9, blockHash: fill.repeat(64), parentView: 7, commit: undefined } as unknown as VoteData
    return { data, signature: validators[3]!.sign(voteSignBytes(set.chainId, data)) }
  }
  return evidenceTransaction({ kind: 'duplicate-vote', offender: set.validators[3]!.id, a: vote('a'), b: vote('b') })
}

async function recordedBlocks(): Promise<RecordedBlock[]> {
  return (await harness.eventsOf(CHAIN_STREAM)).filter(isBlock)
}

test('every block of the log can be made again from the log: anomalies, the same one twice, policies, evidence and bytes that say nothing', async () => {
  const chain = createTestChain(harness.network)
  const twice = harness.network.message()
  chain.add([harness.network.message(), twice], { policies: [signed(1, addEdge), Uint8Array.of(1, 2, 3)], evidence: [doubleVote()] })
  chain.add([twice])
  chain.add([])
  chain.add([])
  harness.chain.push(...chain.committed())
  const recorder = harness.start()
  await until('three blocks are recorded', () => recorder.status().height === 3)
  const blocks = await recordedBlocks()
  expect(blocks.map(({ event }) => event.data.transactions.map(({ kind, status, bytes }) => `${kind} ${status}${bytes === undefined ? '' : ' bytes'}`))).toEqual([
    ['event success', 'event success', 'policy success', 'policy failed bytes', 'evidence success bytes'], ['event failed'], [],
  ])
  for (const block of blocks) expect(transactionsRoot(await transactionsOf(harness.log, block))).toBe(block.event.data.txRoot)
})

test('a block that an older version recorded with evidence in it says which bytes are missing', async () => {
  const chain = createTestChain(harness.network)
  chain.add([], { evidence: [doubleVote()] })
  chain.add([])
  harness.chain.push(...chain.committed())
  const recorder = harness.start()
  await until('the block is recorded', () => recorder.status().height === 1)
  const [block] = await recordedBlocks() as [RecordedBlock]
  const { data } = block.event
  const [tx] = data.transactions
  const { bytes: _bytes, ...older } = tx!
  await expect(transactionsOf(harness.log, { ...block, event: { type: 'BlockCommitted', data: { ...data, transactions: [older] } } })).rejects.toThrow(new MissingBytesError(1, 0))
})

test('what is not there to be proved says so', async () => {
  const { network, log } = harness
  const chain = createTestChain(network)
  chain.add([network.message()])
  chain.add([])
  harness.chain.push(...chain.committed())
  harness.messages.push({ origin: { topic: 'ai.anomalies.v1', partition: 0, offset: 0 }, bytes: network.message(), timestampMs: NOW })
  const recorder = harness.start()
  await until('all is recorded', () => recorder.status().height === 1 && harness.messages.acknowledged() === 1)
  expect(await readChainProof(log, network.set.chainId, testId(99))).toEqual({ kind: 'unknown' })
  expect(await readChainProof(log, network.set.chainId, testId(2))).toEqual({ kind: 'not-committed', last: 'AnomalyPublished' })
  expect(await readChainProof(log, network.set.chainId, testId(1))).toMatchObject({ kind: 'found' })
})
