import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { dueAt, startFeed } from './feed.js'

const phase = { name: 'p', workload: '', startAt: 1000, rate: 100, seconds: 1, drainMs: 0 }

/** A feed whose batches the test takes, and what was taken. */
function watched(now: () => number) {
  const ranges: [number, number][] = []
  const errors: unknown[] = []
  const gate = { isOpen: true, taken: () => Promise.resolve() }
  const feed = startFeed(phase, 100, {
    now, isOpen: () => gate.isOpen, onError: (error) => void errors.push(error),
    take(from, to) {
      ranges.push([from, to])
      return gate.taken()
    },
  })
  return { feed, ranges, gate, errors }
}

describe('the feed', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 0 }))
  afterEach(() => void vi.useRealTimers())

  test('offers each transaction once, in order, and none before it is due', async () => {
    const early: number[] = []
    const { feed, ranges } = watched(() => Date.now())
    await vi.advanceTimersByTimeAsync(999)
    expect(ranges).toEqual([])
    for (let seen = 0; Date.now() < 2000;) {
      await vi.advanceTimersByTimeAsync(2)
      for (; seen < ranges.length; seen++) if (dueAt(phase, (ranges[seen] as [number, number])[1] - 1) > Date.now()) early.push(seen)
    }
    await feed.done
    expect(early).toEqual([])
    expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  test('after a stall offers at once what became due meanwhile, so that waiting is counted', async () => {
    const clock = { now: 1000 }
    const { feed, ranges } = watched(() => clock.now)
    await vi.advanceTimersByTimeAsync(2)
    clock.now = 1500
    await vi.advanceTimersByTimeAsync(10)
    expect(ranges).toEqual([[0, 1], [1, 51]])
    feed.stop()
  })

  test('takes nothing while the pool is full or a batch is being taken, and forgets nothing', async () => {
    const clock = { now: 1000 }
    let taken: () => void = () => undefined
    const { feed, ranges, gate } = watched(() => clock.now)
    gate.taken = () => new Promise((resolve) => { taken = resolve })
    await vi.advanceTimersByTimeAsync(2)
    clock.now = 1100
    await vi.advanceTimersByTimeAsync(10)
    expect(ranges).toEqual([[0, 1]])
    gate.isOpen = false
    taken()
    await vi.advanceTimersByTimeAsync(10)
    expect(ranges).toEqual([[0, 1]])
    gate.isOpen = true
    await vi.advanceTimersByTimeAsync(2)
    expect(ranges).toEqual([[0, 1], [1, 11]])
    feed.stop()
  })

  test('tells of a batch that failed', async () => {
    const { feed, gate, errors } = watched(() => 1000)
    gate.taken = () => Promise.reject(new Error('no disk'))
    await vi.advanceTimersByTimeAsync(2)
    expect(errors).toMatchObject([{ message: 'no disk' }])
    feed.stop()
  })
})
