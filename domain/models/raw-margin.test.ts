import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_LEAVES } from './leaf-masks.js'
import { rawMargin } from './raw-margin.js'
import { anyVectors, chainOf, modelOfShapes, models, walked } from './testing/random-trees.js'

describe('the margin of a vector', () => {
  test('is that of the walk, to the bit, whatever is missing, tiny, infinite or on a threshold', () => {
    fc.assert(fc.property(models, anyVectors, (model, vector) => {
      expect(rawMargin(model, vector)).toBe(walked(model, vector))
    }), { numRuns: 2000 })
  })

  test('comes from leaf masks where they hold all trees, and from a walk otherwise', () => {
    const [small, large] = [MAX_LEAVES, MAX_LEAVES + 1].map((leaves) => modelOfShapes([0.5, chainOf(leaves, (split) => split)]))
    expect([small?.fast.by, large?.fast.by]).toEqual(['masks', 'steps'])
    for (const model of [small, large]) if (model !== undefined) expect(rawMargin(model, Float64Array.of(1e9, 0, 0))).toBe(7.5)
  })
})
