/** What is read when: admission waits for room and for consensus, and whoever floods waits alone. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UnixMillis } from '../../domain/ids.js'
import { createTransaction } from '../../domain/transaction.js'
import { NOW } from '../../eventlog/recorder/testing/network.js'
import { until } from '../testing/until.js'
import { anyBlock, createValidatorHarness, noExclusions, type ValidatorHarness } from '../testing/validator.js'

describe('intake', () => {
  let harness: ValidatorHarness
  beforeEach(async () => { harness = await createValidatorHarness() })
  afterEach(() => harness.destroy())

  it('reads nothing while it must wait, and then goes on where it was', async () => {
    const { network, receipts, send, start } = harness
    await send(network.message())
    let isLate = true
    let looks = 0
    start({
      mustWait: () => {
        looks += 1
        return isLate
      },
    })
    await until('the first is read', () => receipts.length === 1)
    await send(network.message(), network.message())
    const before = looks
    await until('it has looked a few times more', () => looks > before + 3)
    expect(receipts).toHaveLength(1)
    isLate = false
    await until('the others are read', () => receipts.length === 3)
    expect(receipts.map(({ verdict }) => verdict.kind)).toEqual(['admitted', 'admitted', 'admitted'])
  })

  it('stops although it must wait', async () => {
    const { network, receipts, send, start } = harness
    await send(network.message())
    const { stop } = start({ mustWait: () => true })
    await until('the first is read', () => receipts.length === 1)
    await stop()
  })

  it('stops pulling when nothing more fits, and loses nothing', async () => {
    const { network, receipts, send, start, transport } = harness
    const messages = Array.from({ length: 30 }, () => network.message())
    for (const message of messages) await send(message)
    const { mempool, store } = start({ maxBatch: 2, limits: { maxCount: 4, maxPerProducer: 4 }, backlog: { maxCount: 3, maxBytes: 1024 * 1024, maxPerProducer: Infinity } })
    await until('the pool and the backlog are full', () => receipts.length >= 7)
    // Time enough for ten more batches, measured in fsyncs of the same disk.
    for (let i = 0; i < 20; i++) await transport.send([{ topic: 'ai.dlq.v1', key: Buffer.of(1), value: Buffer.of(i) }])
    expect(receipts.length).toBeLessThanOrEqual(4 + 3 + 2)
    expect(mempool.size().count).toBe(4)

    const order: string[] = []
    while (order.length < 30) {
      await until('there is something to take', () => mempool.size().count > 0)
      const taken = mempool.select(noExclusions, anyBlock).map(({ id }) => id)
      order.push(...taken)
      mempool.remove(taken)
      expect(receipts.length).toBeLessThanOrEqual(order.length + 4 + 3 + 2)
      await store.settle(taken, (NOW + 1_000_000) as UnixMillis)
    }
    expect(order).toEqual(messages.map((bytes) => createTransaction('event', bytes).id))
    expect(store.pending()).toEqual([])
  })

  it('lets others pass a producer that has used up its share', async () => {
    const { network, receipts, send, start } = harness
    const loud = Array.from({ length: 10 }, () => network.message())
    const quiet = network.message({ signer: network.producers[1] as (typeof network.producers)[number] })
    const { mempool } = start({ limits: { maxPerProducer: 3 } })
    await send(...loud, quiet)
    await until('all have receipts', () => receipts.length === 11)
    const chosen = mempool.select(noExclusions, anyBlock).map(({ id }) => id)
    expect(chosen).toEqual([...loud.slice(0, 3), quiet].map((bytes) => createTransaction('event', bytes).id))
  })

  it('pauses the partition of a producer that floods, while another\'s messages go on; all of the flood comes in the end, once', async () => {
    const { network, receipts, start, transport } = harness
    const [loud, quiet] = network.producers as [(typeof network.producers)[number], (typeof network.producers)[number]]
    const to = (partition: number, messages: readonly Uint8Array[]) =>
      transport.send(messages.map((value) => ({ topic: 'ai.anomalies.v1', partition, key: Buffer.from('k'), value })))
    const flood = Array.from({ length: 300 }, () => network.message({ signer: loud }))
    await to(0, flood)
    const intake = start({ maxBatch: 10, limits: { maxCount: 40, maxPerProducer: 20 }, backlog: { maxCount: 1000, maxBytes: 1024 * 1024, maxPerProducer: 30 } })
    const read = (partition: number): number => receipts.filter(({ origin }) => origin.partition === partition).length
    await until('the flood is held', () => read(0) >= 50)
    // Nothing leaves the pool meanwhile, so the flood stays where it is however long the others take.
    const others = Array.from({ length: 20 }, () => network.message({ signer: quiet }))
    for (const message of others) await to(1, [message])
    await until('the quiet producer is served', () => read(1) === others.length)
    expect(read(0)).toBeLessThanOrEqual(20 + 30 + 10)
    const waiting = new Set(intake.mempool.select(noExclusions, anyBlock).map(({ id }) => id))
    for (const bytes of others) expect(waiting.has(createTransaction('event', bytes).id)).toBe(true)

    const taken: string[] = []
    while (taken.length < flood.length + others.length) {
      await until('there is something to take', () => intake.mempool.size().count > 0)
      const some = intake.mempool.select(noExclusions, anyBlock).map(({ id }) => id)
      taken.push(...some)
      intake.mempool.remove(some)
    }
    const ids = (messages: readonly Uint8Array[]): string[] => messages.map((bytes) => createTransaction('event', bytes).id)
    expect(taken.filter((id) => ids(flood).includes(id))).toEqual(ids(flood))
    expect(new Set(taken).size).toBe(taken.length)
    await until('all have receipts', () => receipts.length === flood.length + others.length)
    expect(receipts.every(({ verdict }) => verdict.kind === 'admitted')).toBe(true)
  })
})
