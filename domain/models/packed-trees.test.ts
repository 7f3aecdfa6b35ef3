import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FEATURE_BITS, packedMargin, packTrees } from './packed-trees.js'
import { chainOf, modelOfShapes, models, plainVectors, walked } from './testing/random-trees.js'
import { MAX_FEATURES, MAX_NODES } from './tree-model.js'

describe('packed trees', () => {
  test('put out what a walk puts out, to the bit, where nothing is missing', () => {
    fc.assert(fc.property(models, plainVectors, (model, vector) => {
      expect(packedMargin(packTrees(model), vector)).toBe(walked(model, vector))
    }), { numRuns: 500 })
  })

  test('of one leaf each, and of one deep chain, end', () => {
    expect(packedMargin(packTrees(modelOfShapes([0.25])), Float64Array.of(0, 0, 0))).toBe(0.25)
    const chain = packTrees(modelOfShapes([chainOf(501, () => 0), 0.5]))
    expect(packedMargin(chain, Float64Array.of(1, 1, 1))).toBe(7.5)
    expect(packedMargin(chain, Float64Array.of(-1, 1, 1))).toBe(-0.5)
  })

  test('have bits for every feature and node that a model may have', () => {
    expect(MAX_FEATURES).toBeLessThanOrEqual(2 ** FEATURE_BITS)
    // One leaf more, which fills up the last trees.
    expect(MAX_NODES).toBeLessThan(2 ** (32 - FEATURE_BITS))
  })
})
