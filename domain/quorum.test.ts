import { describe, expect, test } from 'vitest'
import { faultTolerance, quorumSize } from './quorum.js'

const SIZES = Array.from({ length: 200 }, (_, i) => i + 1)

describe('quorum', () => {
  test('any two quorums share an honest validator, for every set up to 200', () => {
    for (const n of SIZES) expect(2 * quorumSize(n) - n, `n = ${n}`).toBeGreaterThanOrEqual(faultTolerance(n) + 1)
  })

  test('the honest validators alone are a quorum, so f silent ones stop nothing', () => {
    for (const n of SIZES) expect(quorumSize(n), `n = ${n}`).toBeLessThanOrEqual(n - faultTolerance(n))
  })

  test('no smaller quorum would be safe', () => {
    for (const n of SIZES) expect(2 * (quorumSize(n) - 1) - n, `n = ${n}`).toBeLessThan(faultTolerance(n) + 1)
  })

  test('is 4 of 5, where the predecessor took 3', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 10, 100].map(quorumSize)).toEqual([1, 2, 2, 3, 4, 4, 5, 7, 67])
    expect(quorumSize(5)).toBe(4)
    // Two quorums of 3 of 5 can share one validator only, and that one may be the liar.
    expect(2 * 3 - 5).toBeLessThan(faultTolerance(5) + 1)
  })

  test('a set that is no set is refused', () => {
    for (const n of [0, -1, 1.5, Number.NaN]) expect(() => quorumSize(n)).toThrow(RangeError)
  })
})
