import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_SPLIT, parseDuration, parseSplit, planSplit, splitOf, SPLITS } from './split.js'

describe('splits', () => {
  test('go by time: every training row is older than every later one, by the embargo', () => {
    const percents = fc.constantFrom<[number, number, number]>([70, 15, 15], [100, 0, 0], [0, 100, 0], [0, 0, 100], [50, 0, 50], [34, 33, 33])
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 10_000 })), percents, fc.nat({ max: 3000 }), (times, percent, embargoMs) => {
      const plan = planSplit(times, { percent, embargoMs })
      const of = SPLITS.map((split) => times.filter((time) => splitOf(time, plan) === split))
      for (const [i, earlier] of of.entries()) {
        for (const later of of.slice(i + 1)) {
          for (const before of earlier) for (const after of later) expect(after - before).toBeGreaterThanOrEqual(Math.max(embargoMs, 1))
        }
      }
      expect(of.flat().length + times.filter((time) => splitOf(time, plan) === undefined).length).toBe(times.length)
    }))
  })

  test('have the shares that were asked for, where no row is left out', () => {
    const times = Array.from({ length: 200 }, (_, i) => i * 1000)
    const plan = planSplit([...times].reverse(), { percent: [70, 15, 15], embargoMs: 0 })
    expect(SPLITS.map((split) => times.filter((time) => splitOf(time, plan) === split).length)).toEqual([140, 30, 30])
    expect(plan).toMatchObject({ validationFrom: 140_000, testFrom: 170_000 })
  })

  test('of nothing and of one moment are no splits', () => {
    expect(planSplit([], DEFAULT_SPLIT)).toMatchObject({ validationFrom: undefined, testFrom: undefined })
    const plan = planSplit([5, 5, 5], { percent: [70, 15, 15], embargoMs: 0 })
    expect(splitOf(5, plan)).toBe('test')
  })

  test('are written as three percentages, times with a unit', () => {
    expect(parseSplit('70/15/15')).toEqual([70, 15, 15])
    for (const text of ['', '70/30', '70/15/16', '70/15/15/0', 'a/b/c', '-10/100/10']) expect(parseSplit(text)).toBeUndefined()
    expect(['500ms', '90s', '5m', '1h', '2d', '0s'].map(parseDuration)).toEqual([500, 90_000, 300_000, 3_600_000, 172_800_000, 0])
    for (const text of ['', '1', 'h', '-1h', '1.5h', '1 h']) expect(parseDuration(text)).toBeUndefined()
  })
})
