import { describe, expect, it } from 'vitest'
import type { SourceItem } from '../sources/records.js'
import { flowRecord } from '../testing/traffic.js'
import { createLiveOrder } from './live-order.js'
import { createSettling, SETTLE_MS } from './settling.js'

const NOW = Date.UTC(2026, 0, 1)
const starts = (items: Iterable<SourceItem>): (number | string)[] => [...items].map((item) => item.kind === 'flow' ? item.startMs : item.kind)

describe('the order of flows that are followed', () => {
  it('passes a flow on when later ones have come by the time that it waits', () => {
    const order = createLiveOrder({ holdMs: 1000, nowMs: () => NOW })
    for (const startMs of [5000, 4500, 6000]) expect(order.add(0, flowRecord({ startMs }))).toBeUndefined()
    expect(starts(order.release(false))).toEqual([4500, 5000])
  })

  it('waits for the partition that is behind, and no longer than it is silent', () => {
    let now = NOW
    const order = createLiveOrder({ holdMs: 0, nowMs: () => now })
    order.expect([0, 1])
    order.add(0, flowRecord({ startMs: 9000 }))
    expect(starts(order.release(false))).toEqual([])
    order.add(1, flowRecord({ startMs: 2000 }))
    expect(starts(order.release(false))).toEqual([2000])
    now += 9000
    order.add(0, flowRecord({ startMs: 9500 }))
    now += 2000
    expect(starts(order.release(false))).toEqual([9000, 9500])
  })

  it('lets time pass by the clock when nothing comes, but not beyond the last second', () => {
    let now = NOW
    const order = createLiveOrder({ holdMs: 30_000, nowMs: () => now })
    order.add(0, flowRecord({ startMs: 5500 }))
    now += 20_000
    expect(starts(order.release(true))).toEqual(['tick'])
    now += 3_600_000
    expect([...order.release(true)]).toMatchObject([{ kind: 'flow', startMs: 5500 }, { kind: 'tick', timeMs: 6000 }])
    expect(order.add(0, flowRecord({ startMs: 6100 }))).toBeUndefined()
  })

  it('leaves out what comes too late and what began in the future, by name', () => {
    const order = createLiveOrder({ holdMs: 0, nowMs: () => NOW })
    order.add(0, flowRecord({ startMs: 20_000 }))
    expect(starts(order.release(false))).toEqual([20_000])
    expect(order.add(0, flowRecord({ startMs: 14_000 }))).toEqual({ kind: 'skipped', reason: 'late-record' })
    expect(order.add(0, flowRecord({ startMs: NOW + 601_000 }))).toEqual({ kind: 'skipped', reason: 'from-the-future' })
  })

  it('holds no more than its capacity', () => {
    const order = createLiveOrder({ holdMs: 60_000, nowMs: () => NOW, capacity: 2 })
    for (const startMs of [3000, 1000, 2000, 4000]) order.add(0, flowRecord({ startMs }))
    expect(starts(order.release(false))).toEqual([1000, 2000])
  })
})

describe('a settled position', () => {
  it('is behind every flow that an open window may hold', () => {
    const settling = createSettling<number>((_earlier, later) => later)
    settling.add({ kind: 'mark', position: 1, newestMs: 1000 })
    settling.add({ kind: 'mark', position: 2, newestMs: 5000 })
    expect(settling.take(1000 + SETTLE_MS - 1)).toBeUndefined()
    expect(settling.take(1000 + SETTLE_MS)).toEqual({ position: 1, timeMs: 1000 })
    expect(settling.take(1000 + SETTLE_MS)).toBeUndefined()
    expect(settling.takeAll()).toEqual({ position: 2, timeMs: 5000 })
  })

  it('joins the marks of a second, and stays behind the latest of them', () => {
    const settling = createSettling<number>((_earlier, later) => later)
    for (let position = 0; position < 100; position++) settling.add({ kind: 'mark', position, newestMs: 1000 + position })
    expect(settling.take(1098 + SETTLE_MS)).toBeUndefined()
    expect(settling.take(1099 + SETTLE_MS)).toEqual({ position: 99, timeMs: 1099 })
  })
})
