import { describe, expect, test } from 'vitest'
import { summarise } from './percentiles.js'

describe('percentiles', () => {
  test('are values that were measured, whatever order they came in', () => {
    const values = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1)
    expect(summarise(values)).toEqual({ count: 100, mean: 50.5, p50: 50, p90: 90, p99: 99, max: 100 })
  })
  test('of one value are that value, and no values count as none', () => {
    expect(summarise([7])).toEqual({ count: 1, mean: 7, p50: 7, p90: 7, p99: 7, max: 7 })
    expect(summarise([]).count).toBe(0)
  })
})
