import { describe, expect, test } from 'vitest'
import type { ProducerId, UnixMillis } from '../../domain/ids.js'
import { createTransaction } from '../../domain/transaction.js'
import { createBacklog } from './backlog.js'
import { createMempool, defaultMempoolLimits, type PendingTransaction } from './mempool.js'
import { createRateGate } from './rate-gate.js'

const [slow, free] = ['a', 'b'].map((digit) => digit.repeat(64) as ProducerId) as [ProducerId, ProducerId]
const limits = (more: object = {}) => ({ rateLimits: new Map([[slow, { perSecond: 2, burst: 3 }]]), whitelist: { addresses: new Set<string>(), producers: new Set<ProducerId>() }, ...more })

function open(rules = () => limits()) {
  const time = { now: 1000 }
  const mempool = createMempool(defaultMempoolLimits(300_000))
  const backlog = createBacklog(mempool, undefined, createRateGate(rules, () => time.now as UnixMillis))
  let n = 0
  const offer = (producer: ProducerId, count: number): void => {
    for (let i = 0; i < count; i++) {
      n += 1
      const pending: PendingTransaction = { tx: createTransaction('event', Uint8Array.of(n)), producer, time: undefined }
      backlog.offer(pending)
    }
  }
  return { time, mempool, backlog, offer }
}

describe('a producer with a rate limit', () => {
  test('waits with what is above its burst, in its order, while others pass', () => {
    const { mempool, backlog, offer } = open()
    offer(slow, 5)
    offer(free, 20)
    expect([mempool.size().count, backlog.size()]).toEqual([23, 2])
  })

  test('passes at its rate as time goes on, and nothing is dropped', () => {
    const { time, mempool, backlog, offer } = open()
    offer(slow, 6)
    const passed = [0, 400, 100, 500, 500].map((ms) => {
      time.now += ms
      backlog.drain()
      return mempool.size().count
    })
    expect(passed).toEqual([3, 3, 4, 5, 6])
    expect(backlog.size()).toBe(0)
  })

  test('is free again when the limit is taken away or it is on the white list', () => {
    let rules = limits()
    const { mempool, backlog, offer } = open(() => rules)
    offer(slow, 10)
    expect(mempool.size().count).toBe(3)
    rules = limits({ whitelist: { addresses: new Set<string>(), producers: new Set([slow]) } })
    backlog.drain()
    expect(mempool.size().count).toBe(10)
    rules = limits({ rateLimits: new Map() })
    offer(slow, 10)
    expect(mempool.size().count).toBe(20)
  })
})
