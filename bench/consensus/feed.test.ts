import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dueAt, startFeed } from './feed.js'

const phase = { name: 'p', workload: '', startAt: 1000, rate: 100, seconds: 1, drainMs: 0 }

describe('the feed', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }))
  afterEach(() => void vi.useRealTimers())

  test('offers each transaction once, in order, and none before it is due', async () => {
    const early: number[] = []
    const ranges: [number, number][] = []
    const feed = startFeed(phase, 100, () => Date.now(), (from, to) => {
      ranges.push([from, to])
      for (let i = from; i < to; i++) if (dueAt(phase, i) > Date.now()) early.push(i)
    })
    vi.advanceTimersByTime(999)
    expect(ranges).toEqual([])
    vi.advanceTimersByTime(1001)
    await feed.done
    expect(early).toEqual([])
    expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  test('after a stall offers at once what became due meanwhile, so that waiting is counted', () => {
    const ranges: [number, number][] = []
    const clock = { now: 1000 }
    startFeed(phase, 100, () => clock.now, (from, to) => ranges.push([from, to]))
    vi.advanceTimersByTime(2)
    clock.now = 1500
    vi.advanceTimersByTime(2)
    expect(ranges).toEqual([[0, 1], [1, 51]])
  })
})
