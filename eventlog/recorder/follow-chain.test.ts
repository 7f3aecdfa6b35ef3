import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../../ingest/testing/until.js'
import { CHAIN_STREAM } from '../log.js'
import type { CertifiedBlock } from './ports.js'
import { createTestChain } from './testing/chain.js'
import { createHarness, type Harness } from './testing/harness.js'

const BLOCKS = 24

describe('following the chain', () => {
  let harness: Harness
  let blocks: readonly CertifiedBlock[]
  beforeEach(async () => {
    harness = await createHarness()
    const built = createTestChain(harness.network)
    for (let i = 0; i <= BLOCKS; i++) built.add([])
    blocks = built.committed()
  })
  afterEach(() => harness.destroy())

  it('records in one append what has come while the disk was busy, in order', async () => {
    const { log, chain } = harness
    const blocksOfAppend: number[] = []
    chain.push(...blocks)
    const recorder = harness.start({ log: { ...log, append: (appends) => {
      blocksOfAppend.push(appends.filter(({ stream }) => stream === CHAIN_STREAM).reduce((sum, { events }) => sum + events.length, 0))
      return log.append(appends)
    } } })
    await until('all are recorded', () => recorder.status().height === BLOCKS)
    expect(Math.max(...blocksOfAppend)).toBeGreaterThan(1)
    const heights = (await harness.eventsOf(CHAIN_STREAM)).map(({ event }) => (event.type === 'BlockCommitted' ? Number(event.data.height) : undefined))
    expect(heights).toEqual(Array.from({ length: BLOCKS }, (_, i) => i + 1))
  })

  it('refuses a block among those that were taken together, and says it once; what came after is asked for again', async () => {
    const { chain } = harness
    const bad = blocks[4] as CertifiedBlock
    chain.push(...blocks.slice(0, 4), { ...bad, certificate: { ...bad.certificate, signatures: [] } }, ...blocks.slice(5))
    const recorder = harness.start()
    await until('it is refused', () => chain.refusals.length > 0)
    expect(recorder.status().height).toBe(4)
    chain.push(bad)
    await until('all are recorded', () => recorder.status().height === BLOCKS)
    expect(chain.refusals).toEqual(['bad-certificate'])
  })

  it('ends with the error of the log', async () => {
    harness.chain.push(...blocks)
    const recorder = harness.start({ log: { ...harness.log, append: (appends) => {
      if (appends.some(({ stream }) => stream === CHAIN_STREAM)) return Promise.reject(new Error('the disk is full'))
      return harness.log.append(appends)
    } } })
    await expect(recorder.done).rejects.toThrow('the disk is full')
  })
})
