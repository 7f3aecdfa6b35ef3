import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHeap } from './heap.js'
import { createRandom } from './random.js'
import { createTimeline } from './timeline.js'

describe('chance', () => {
  test('one seed gives one stream, and neighbouring seeds give others', () => {
    const first = (seed: number): number[] => Array.from({ length: 20 }, ((random) => () => random.u32())(createRandom(seed)))
    expect(first(7)).toEqual(first(7))
    const starts = new Set(Array.from({ length: 1000 }, (_, seed) => first(seed)[0]))
    expect(starts.size).toBeGreaterThan(995)
    // Seeds beyond 32 bits count too.
    expect(first(2 ** 40)).not.toEqual(first(0))
  })

  test('numbers stay in their range and reach both ends of it', () => {
    const random = createRandom(1)
    const drawn = Array.from({ length: 2000 }, () => random.range(3, 9))
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([3, 9])
    const shares = Array.from({ length: 10_000 }, () => random.chance(25)).filter(Boolean).length
    expect(Math.abs(shares - 2500)).toBeLessThan(250)
  })

  test('a sample holds different members, and a fork draws without shifting its parent', () => {
    const random = createRandom(5)
    expect(new Set(random.sample([1, 2, 3, 4, 5], 5)).size).toBe(5)
    const [a, b] = [createRandom(9), createRandom(9)]
    const child = a.fork(1)
    b.fork(1)
    child.u32()
    expect(a.u32()).toBe(b.u32())
  })
})

describe('the heap', () => {
  test('gives back what it holds by time, and at one time in the order it was planned', () => {
    fc.assert(fc.property(fc.array(fc.nat(20)), (times) => {
      const heap = createHeap<{ atMs: number; sequence: number }>()
      times.forEach((atMs, sequence) => heap.push({ atMs, sequence }))
      const popped = Array.from({ length: times.length }, () => heap.pop() as { atMs: number; sequence: number })
      expect(popped).toEqual([...popped].sort((a, b) => a.atMs - b.atMs || a.sequence - b.sequence))
      expect(heap.pop()).toBeUndefined()
    }))
  })
})

describe('virtual time', () => {
  test('jumps from one plan to the next, runs what plans plan, and stops where it is told', () => {
    const timeline = createTimeline(1000)
    const seen: string[] = []
    timeline.after(50, () => {
      seen.push(`first at ${timeline.now()}`)
      timeline.after(0, () => seen.push(`child at ${timeline.now()}`))
    })
    timeline.after(50, () => seen.push(`second at ${timeline.now()}`))
    timeline.after(500, () => seen.push('late'))
    expect(timeline.run(100)).toBe(false)
    expect(seen).toEqual(['first at 1050', 'second at 1050', 'child at 1050'])
    expect(timeline.now()).toBe(1100)
    expect(timeline.run(1000, () => seen.includes('late'))).toBe(true)
    expect(timeline.now()).toBe(1500)
  })

  test('knows what is work and what is not', () => {
    const timeline = createTimeline(0)
    timeline.after(1, () => undefined)
    timeline.after(1, () => undefined, 'aside')
    expect(timeline.workLeft()).toBe(1)
    timeline.run(1)
    expect(timeline.workLeft()).toBe(0)
  })
})
