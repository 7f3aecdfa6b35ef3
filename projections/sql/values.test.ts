import fc from 'fast-check'
import { expect, test } from 'vitest'
import { timeOfMillis, timeOfSeconds } from './values.js'

const FIRST = -62_135_596_800_000
const LAST = 253_402_300_799_000

test('a time is written as the calendar of the language writes it, on any day after any other', () => {
  const day = 86_400_000
  const edges = [0, -1, 1, day - 1, day, -day, -day - 1, FIRST, FIRST + 1, LAST, 951_782_399_999, 951_782_400_000, 1_790_000_000_123]
  for (const millis of [...edges, ...edges.toReversed()]) expect(timeOfMillis(millis)).toBe(new Date(millis).toISOString())
  fc.assert(fc.property(fc.integer({ min: FIRST, max: LAST }), (millis) => timeOfMillis(millis) === new Date(millis).toISOString()), { numRuns: 2000 })
})

test('what no calendar has becomes the nearest time it has, and what is absent stays so', () => {
  expect(timeOfMillis(Number.MAX_SAFE_INTEGER)).toBe(new Date(LAST).toISOString())
  expect(timeOfMillis(-Number.MAX_SAFE_INTEGER)).toBe('0001-01-01T00:00:00.000Z')
  expect(timeOfSeconds(1_790_000_000)).toBe(new Date(1_790_000_000_000).toISOString())
  expect([timeOfMillis(null), timeOfMillis(undefined), timeOfSeconds(null)]).toEqual([null, null, null])
})
