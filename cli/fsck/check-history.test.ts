import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Genesis } from '../../domain/genesis.js'
import { CHAIN_STREAM } from '../../eventlog/log.js'
import { isBlock, type RecordedBlock } from '../../eventlog/proof/block-transactions.js'
import { createTestChain } from '../../eventlog/recorder/testing/chain.js'
import { createHarness, type Harness } from '../../eventlog/recorder/testing/harness.js'
import { until } from '../../ingest/testing/until.js'
import { checkHistory } from './check-history.js'
import { FoundDifference, type Difference } from './difference.js'

let harness: Harness
beforeEach(async () => { harness = await createHarness() })
afterEach(() => harness.destroy())

/** Three blocks, the first of them committed by a certificate that names the second. */
async function record(by: Genesis = harness.network.genesis): Promise<RecordedBlock[]> {
  const { network } = harness
  const chain = createTestChain({ ...network, genesis: by })
  chain.add([network.message(), network.message()])
  chain.add([network.message()], { skipViews: 1 })
  chain.add([network.message()])
  chain.add([])
  harness.chain.push(...chain.committed())
  const recorder = harness.start()
  await until('three blocks are recorded', () => recorder.status().height === 3)
  await harness.stop()
  return (await harness.eventsOf(CHAIN_STREAM)).filter(isBlock)
}

async function differenceIn(blocks: readonly RecordedBlock[]): Promise<Difference | undefined> {
  const history = checkHistory(harness.log, harness.network.genesis)
  try {
    for (const block of blocks) await history.visit(block)
    return undefined
  } catch (error) {
    if (error instanceof FoundDifference) return error.difference
    throw error
  }
}

type Data = RecordedBlock['event']['data']
const changed = (block: RecordedBlock, change: Partial<Data>): RecordedBlock => ({ ...block, event: { type: 'BlockCommitted', data: { ...block.event.data, ...change } } })
const flip = (base64: string, at = -1): string => {
  const bytes = Buffer.from(base64, 'base64')
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  return bytes.toString('base64')
}

test('a history that follows from genesis gives the state roots of its headers', async () => {
  const blocks = await record()
  expect(await differenceIn(blocks)).toBeUndefined()
  const history = checkHistory(harness.log, harness.network.genesis)
  for (const block of blocks) await history.visit(block)
  expect(history.stateRoots.slice(1)).toEqual(blocks.map(({ event }) => event.data.stateRoot))
})

test('whatever is changed in the event of a block is found, and the block is named', async () => {
  const [first, second] = await record() as [RecordedBlock, RecordedBlock]
  const { data } = first.event
  const [tx] = data.transactions as [Data['transactions'][number]]
  const changes: readonly Partial<Data>[] = [
    { header: flip(data.header) }, { certificate: flip(data.certificate) }, { commitCertificate: flip(data.commitCertificate) }, { justify: flip(data.justify) },
    { stateRoot: second.event.data.stateRoot }, { timestamp: (data.timestamp + 1) as Data['timestamp'] }, { certificateSigners: data.certificateSigners.slice(1) },
    { failedLeaders: [data.proposer] }, { transactions: data.transactions.slice(1) }, { transactions: data.transactions.map((one) => ({ ...one, status: 'failed' as const, code: 'REPLAY' as const })) },
    { transactions: [{ ...tx, txId: second.event.data.transactions[0]!.txId }, ...data.transactions.slice(1)] },
  ]
  for (const change of changes) expect(await differenceIn([changed(first, change)])).toMatchObject({ where: expect.stringContaining('block 1') as string })
  expect(await differenceIn([second])).toMatchObject({ where: expect.stringContaining('height') as string })
})

test('blocks that a quorum certified and that genesis does not lead to are found by executing them', async () => {
  // Validators that all run with another limit than the one that genesis has: every signature is good.
  const { genesis } = harness.network
  const blocks = await record({ ...genesis, limits: { ...genesis.limits, payloadBytes: 1 } })
  expect(blocks[0]?.event.data.transactions[0]).toMatchObject({ status: 'failed', code: 'TOO_LARGE' })
  expect(await differenceIn(blocks)).toMatchObject({ where: expect.stringContaining('receipt of transaction 0') as string })
})
