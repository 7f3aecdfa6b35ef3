import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedMap } from './bounded-map.js'
import { entropyBits, most, newTally, tally } from './tally.js'

describe('tally', () => {
  it('counts past its capacity together, and keeps the total right', () => {
    const counts = newTally<number>()
    for (let i = 0; i < 10; i++) tally(counts, i, 4)
    expect(counts).toMatchObject({ total: 10, overflow: 6 })
    expect(entropyBits(counts)).toBeLessThan(Math.log2(10))
  })

  it('has an entropy between 0 and the logarithm of the distinct values', () => {
    fc.assert(fc.property(fc.array(fc.nat(20)), (values) => {
      const counts = newTally<number>()
      for (const value of values) tally(counts, value, 100)
      expect(entropyBits(counts)).toBeGreaterThanOrEqual(0)
      expect(entropyBits(counts)).toBeLessThanOrEqual(Math.log2(Math.max(1, counts.counts.size)) + 1e-9)
    }))
  })

  it('names the most frequent values first', () => {
    const counts = newTally<string>()
    for (const value of ['a', 'b', 'b', 'c', 'b', 'c']) tally(counts, value, 100)
    expect(most(counts, 2)).toEqual([{ value: 'b', count: 3 }, { value: 'c', count: 2 }])
  })
})

describe('bounded map', () => {
  it('hands over the key least recently used', () => {
    const gone: string[] = []
    const map = boundedMap<string, number>(3, (_value, key) => gone.push(key))
    for (const key of ['a', 'b', 'c']) map.set(key, 1)
    map.get('a')
    map.set('d', 1)
    expect(gone).toEqual(['b'])
    expect(map.spilled).toBe(1)
  })

  it('never holds more than its capacity', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(50)), (capacity, keys) => {
      const map = boundedMap<number, number>(capacity)
      for (const key of keys) map.set(key, key)
      expect(map.size).toBeLessThanOrEqual(capacity)
    }))
  })
})
