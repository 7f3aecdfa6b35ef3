import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProducerId, TxId, UnixMillis } from '../../domain/ids.js'
import { createTransaction } from '../../domain/transaction.js'
import { createMempool, type Mempool, type MempoolLimits, type PendingTransaction } from './mempool.js'

const LIMITS: MempoolLimits = { maxCount: 5, maxBytes: 100, maxPerProducer: 3, skewMs: 1000 }
const pending = (n: number, { producer = 'a', size = 4, time = 10_000 as number | undefined } = {}): PendingTransaction => ({
  tx: createTransaction('event', Uint8Array.from({ length: size }, (_, i) => (i === 0 ? n : i))), producer: producer as ProducerId, time: time as UnixMillis | undefined,
})
const idsOf = (pool: Mempool, blockTime = 10_000, exclude: ReadonlySet<TxId> = new Set()): readonly TxId[] =>
  pool.select(exclude, { maxCount: 100, maxBytes: 10_000, blockTime: blockTime as UnixMillis }).map(({ id }) => id)

describe('the mempool', () => {
  it('proposes oldest first, leaves what is excluded, and stays as it is', () => {
    const pool = createMempool(LIMITS)
    const [a, b, c] = [pending(1), pending(2), pending(3)]
    for (const entry of [a, b, c]) expect(pool.add(entry)).toEqual({ kind: 'added' })
    expect(idsOf(pool)).toEqual([a.tx.id, b.tx.id, c.tx.id])
    expect(idsOf(pool, 10_000, new Set([b.tx.id]))).toEqual([a.tx.id, c.tx.id])
    expect(pool.size()).toEqual({ count: 3, bytes: 12 })
  })

  it('has work only for what is not excluded', () => {
    const pool = createMempool(LIMITS)
    expect(pool.hasWork(new Set())).toBe(false)
    const a = pending(1)
    pool.add(a)
    expect(pool.hasWork(new Set())).toBe(true)
    expect(pool.hasWork(new Set([a.tx.id]))).toBe(false)
    expect(pool.hasWork(new Set([pending(8).tx.id, pending(9).tx.id]))).toBe(true)
  })

  it('says why it does not take a transaction', () => {
    const pool = createMempool(LIMITS)
    pool.add(pending(1))
    expect(pool.add(pending(1))).toEqual({ kind: 'already-there' })
    expect(pool.add(pending(2, { size: 101 }))).toEqual({ kind: 'too-large' })
    expect(pool.add(pending(3, { size: 98 }))).toEqual({ kind: 'full', limit: 'bytes' })
    pool.add(pending(4))
    pool.add(pending(5))
    expect(pool.add(pending(6))).toEqual({ kind: 'full', limit: 'producer-share' })
    pool.add(pending(7, { producer: 'b' }))
    pool.add(pending(8, { producer: 'b' }))
    expect(pool.add(pending(9, { producer: 'c' }))).toEqual({ kind: 'full', limit: 'count' })
    expect(pool.counters()).toMatchObject({ added: 5, alreadyThere: 1, tooLarge: 1, fullBytes: 1, fullProducerShare: 1, fullCount: 1 })
  })

  it('selects only what is valid at the block time, in both directions', () => {
    const pool = createMempool(LIMITS)
    const [old, now, future, timeless] = [pending(1, { time: 8999 }), pending(2), pending(3, { time: 11_001 }), { ...pending(4, { producer: 'b' }), time: undefined }]
    for (const entry of [old, now, future, timeless]) pool.add(entry)
    expect(idsOf(pool)).toEqual([now.tx.id, timeless.tx.id])
    expect(idsOf(pool, 9999)).toEqual([old.tx.id, now.tx.id, timeless.tx.id])
  })

  it('ends a block at the first transaction that does not fit, so none is overtaken for ever', () => {
    const pool = createMempool(LIMITS)
    const entries = [pending(1, { size: 10 }), pending(2, { size: 30 }), pending(3, { size: 2 })]
    entries.forEach((entry) => pool.add(entry))
    const select = (maxBytes: number, maxCount = 9) => pool.select(new Set(), { maxCount, maxBytes, blockTime: 10_000 as UnixMillis }).length
    expect([select(39), select(40), select(42), select(42, 2)]).toEqual([1, 2, 3, 2])
  })

  it('lets nothing stand in the way that no block can carry', () => {
    const pool = createMempool({ ...LIMITS, maxTxBytes: 20 })
    expect(pool.add(pending(1, { size: 21 }))).toEqual({ kind: 'too-large' })
    expect(pool.hasWork(new Set())).toBe(false)
    pool.add(pending(2, { size: 20 }))
    pool.add(pending(3, { size: 5 }))
    expect(pool.select(new Set(), { maxCount: 9, maxBytes: 10, blockTime: 10_000 as UnixMillis }).length).toBe(1)
  })

  it('drops and reports what the chain\'s time has passed, and takes no such transaction again', () => {
    const pool = createMempool(LIMITS)
    const [old, young] = [pending(1, { time: 5000 }), pending(2)]
    pool.add(old)
    pool.add(young)
    expect(pool.expire(6000 as UnixMillis)).toEqual([])
    expect(pool.expire(6001 as UnixMillis)).toEqual([old])
    expect(pool.add(old)).toEqual({ kind: 'too-old' })
    // Time never goes back.
    expect(pool.expire(1 as UnixMillis)).toEqual([])
    expect(pool.add(old)).toEqual({ kind: 'too-old' })
    expect(pool.counters()).toMatchObject({ expired: 1, tooOld: 2 })
  })

  it('never takes back what a block has carried, seen here before or not', () => {
    const pool = createMempool(LIMITS)
    const [here, elsewhere] = [pending(1), pending(2)]
    pool.add(here)
    let rooms = 0
    const stop = pool.onRoom(() => { rooms += 1 })
    pool.remove([here.tx.id, elsewhere.tx.id])
    stop()
    expect([pool.add(here), pool.add(elsewhere)]).toEqual([{ kind: 'settled' }, { kind: 'settled' }])
    expect(pool.counters()).toMatchObject({ committed: 1, settledBefore: 2 })
    expect(rooms).toBe(1)
  })

  it('stays within every bound and keeps first-come order under any sequence of calls', () => {
    const call = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), n: fc.nat(30), producer: fc.constantFrom('a', 'b', 'c'), size: fc.integer({ min: 1, max: 40 }), time: fc.integer({ min: 8000, max: 12_000 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), count: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), to: fc.integer({ min: 8000, max: 12_000 }) }) },
    )
    fc.assert(fc.property(fc.array(call, { maxLength: 80 }), (calls) => {
      const pool = createMempool(LIMITS)
      let model: PendingTransaction[] = []
      for (const next of calls) {
        if (next.kind === 'add') {
          const entry = pending(next.n, next)
          if (pool.add(entry).kind === 'added') model.push(entry)
        } else if (next.kind === 'remove') {
          const gone = model.slice(0, next.count).map(({ tx }) => tx.id)
          pool.remove(gone)
          model = model.filter(({ tx }) => !gone.includes(tx.id))
        } else {
          const dropped = pool.expire(next.to as UnixMillis)
          model = model.filter((entry) => !dropped.includes(entry))
        }
        const bytes = model.reduce((sum, { tx }) => sum + tx.bytes.length, 0)
        expect(pool.size()).toEqual({ count: model.length, bytes })
        expect(model.length).toBeLessThanOrEqual(LIMITS.maxCount)
        expect(bytes).toBeLessThanOrEqual(LIMITS.maxBytes)
        for (const producer of ['a', 'b', 'c']) expect(model.filter((entry) => entry.producer === producer).length).toBeLessThanOrEqual(LIMITS.maxPerProducer)
        expect(idsOf(pool)).toEqual(model.filter(({ time }) => Math.abs((time as number) - 10_000) <= LIMITS.skewMs).map(({ tx }) => tx.id))
      }
    }))
  })
})
