import { describe, expect, test } from 'vitest'
import { packet } from '../testing/traffic.js'
import { keepRecord, MOST_KEPT, newKeptRecords } from './kept-records.js'

const keptOf = (count: number): readonly number[] => {
  const kept = newKeptRecords()
  for (let i = 0; i < count; i++) keepRecord(kept, packet({ timeMs: i }))
  expect(kept.seen).toBe(count)
  return kept.records.map((record) => (record.kind === 'packet' ? record.timeMs : -1))
}

describe('kept records', () => {
  test('are all of a few, and evenly spread ones of many, never more than there is room for', () => {
    expect(keptOf(20)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(keptOf(21)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20])
    for (const count of [41, 1000, 99_999]) {
      const times = keptOf(count)
      expect(times.length).toBeLessThanOrEqual(MOST_KEPT)
      expect(times.length).toBeGreaterThanOrEqual(MOST_KEPT / 2)
      const [first = NaN, second = NaN] = times
      expect([first, new Set(times.slice(1).map((time, i) => time - (times[i] as number)))]).toEqual([0, new Set([second])])
    }
  })
})
