import { describe, expect, it } from 'vitest'
import type { ProducerId, UnixMillis } from '../../domain/ids.js'
import { createTransaction } from '../../domain/transaction.js'
import { createBacklog } from './backlog.js'
import { createMempool, type PendingTransaction } from './mempool.js'

const LIMITS = { maxCount: 10, maxBytes: 20, maxPerProducer: 10, skewMs: 1000 }
const pending = (n: number, size: number, producer = 'a', time = 10_000): PendingTransaction => ({
  tx: createTransaction('event', Uint8Array.from({ length: size }, () => n)), producer: producer as ProducerId, time: time as UnixMillis,
})
const everything = { maxCount: 100, maxBytes: 1000, blockTime: 10_000 as UnixMillis }

describe('the backlog', () => {
  it('keeps each producer\'s own order, while others pass', () => {
    const pool = createMempool(LIMITS)
    const backlog = createBacklog(pool)
    const [a1, a2, a3, b1] = [pending(1, 15), pending(2, 10), pending(3, 2), pending(4, 3, 'b')]
    for (const entry of [a1, a2, a3, b1]) backlog.offer(entry)
    const ids = () => pool.select(new Set(), everything).map(({ id }) => id)
    expect(ids()).toEqual([a1.tx.id, b1.tx.id])
    expect(backlog.size()).toBe(2)
    pool.remove([a1.tx.id])
    expect(ids()).toEqual([b1.tx.id, a2.tx.id, a3.tx.id])
    expect(backlog.size()).toBe(0)
  })

  it('closes when it is full and opens when room was made', async () => {
    const pool = createMempool({ ...LIMITS, maxCount: 1 })
    const backlog = createBacklog(pool, { maxCount: 2, maxBytes: 100 })
    const entries = [pending(1, 1), pending(2, 1), pending(3, 1)]
    const signal = new AbortController().signal
    for (const entry of entries) {
      await backlog.whenOpen(signal)
      backlog.offer(entry)
    }
    let isOpen = false
    const opened = backlog.whenOpen(signal).then(() => { isOpen = true })
    await Promise.resolve()
    expect(isOpen).toBe(false)
    pool.remove([(entries[0] as PendingTransaction).tx.id])
    await opened
    await backlog.whenOpen(AbortSignal.abort())
  })

  it('hands back, once, what the pool will never take', () => {
    const pool = createMempool({ ...LIMITS, maxCount: 1 })
    const backlog = createBacklog(pool)
    const [first, old, large] = [pending(1, 1), pending(2, 1, 'b', 5000), pending(3, 21, 'c')]
    for (const entry of [first, old, large]) backlog.offer(entry)
    expect(backlog.takeRefused()).toEqual([large])
    pool.expire(7000 as UnixMillis)
    pool.remove([first.tx.id])
    expect(backlog.takeRefused()).toEqual([old])
    expect(backlog.takeRefused()).toEqual([])
  })
})
