import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asHeight, type UnixMillis } from '../../domain/ids.js'
import { FEWEST_AHEAD, parseHeight } from './parse-height.js'

const NOW = 1_770_000_000_000
/** A chain that made `count` blocks, one each `everyMs`. */
const chain = (count: number, everyMs: number) => ({ height: asHeight(1000), blockTimes: Array.from({ length: count }, (_, i) => NOW - (count - 1 - i) * everyMs as UnixMillis) })
const read = (text: string, pace: Parameters<typeof parseHeight>[2]) => parseHeight('--effective-height', text, pace)

describe('a height', () => {
  test('is a number, with or without a log', () => {
    expect(read('42', undefined)).toBe(42)
    expect(read('42', chain(3, 100))).toBe(42)
  })

  test('ahead counts from the next block', () => {
    expect(read('+5', chain(0, 0))).toBe(1005)
  })

  test('some seconds ahead is what the chain made in as many', () => {
    expect(read('+5s', chain(400, 100))).toBe(1050)
    expect(read('+10s', chain(400, 100))).toBe(1100)
  })

  test('some seconds ahead is reached after them and no later than twice that, however fast the chain is', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 2, max: 1000 }), (everyMs, seconds, count) => {
      const ahead = read(`+${seconds}s`, chain(count, everyMs)) - 1000
      expect(ahead).toBeGreaterThanOrEqual(FEWEST_AHEAD)
      if (ahead === FEWEST_AHEAD) return
      expect(ahead * everyMs).toBeGreaterThanOrEqual(seconds * 1000 - everyMs)
      expect(ahead * everyMs).toBeLessThanOrEqual(seconds * 1000 + everyMs)
    }))
  })

  test('some seconds ahead of a chain that rests is a few blocks', () => {
    for (const pace of [chain(0, 0), chain(1, 0), chain(10, 60_000)]) expect(read('+5s', pace)).toBe(1000 + FEWEST_AHEAD)
  })

  test('that is none is refused by the name of its option', () => {
    for (const text of ['', '+', '5s', '-1', '+1.5', '+5m', 'soon']) expect(() => read(text, chain(3, 100))).toThrow(/--effective-height must be a height, \+N .*got/)
    for (const text of ['+5', '+5s', 'soon']) expect(() => read(text, undefined)).toThrow(/signed apart from the mesh/)
  })
})
