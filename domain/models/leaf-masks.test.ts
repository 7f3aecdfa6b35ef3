import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_LEAVES, maskedMargin, maskLeaves } from './leaf-masks.js'
import { chainOf, FEATURES, modelOfShapes, models, plainVectors, walked } from './testing/random-trees.js'
import { MAX_TREES } from './tree-model.js'

describe('leaf masks', () => {
  test('put out what a walk puts out, to the bit, where nothing is missing', () => {
    let masked = 0
    fc.assert(fc.property(models, fc.array(plainVectors, { minLength: 1, maxLength: 5 }), (model, vectors) => {
      const masks = maskLeaves(model, FEATURES.length)
      if (masks === undefined) return
      masked += 1
      // One after another: nothing of a vector stays for the next.
      for (const vector of vectors) expect(maskedMargin(masks, vector)).toBe(walked(model, vector))
    }), { numRuns: 500 })
    expect(masked).toBeGreaterThan(300)
  })

  test('hold trees of as many leaves as a word has bits, each leaf reached, and no tree of one more', () => {
    const model = modelOfShapes([0.5, chainOf(MAX_LEAVES, (split) => split), 0.25])
    const masks = maskLeaves(model, FEATURES.length)
    if (masks === undefined) throw new Error('the trees have no masks')
    for (let x = 0; x < MAX_LEAVES; x++) expect(maskedMargin(masks, Float64Array.of(x, 0, 0))).toBe(x === MAX_LEAVES - 1 ? 7.75 : -0.25)
    expect(maskLeaves(modelOfShapes([0.5, chainOf(MAX_LEAVES + 1, (split) => split)]), FEATURES.length)).toBeUndefined()
  })

  test('of single leaves are the leaves', () => {
    const model = modelOfShapes([0.25, 0.5])
    expect(maskedMargin(maskLeaves(model, FEATURES.length) as NonNullable<ReturnType<typeof maskLeaves>>, Float64Array.of(0, 0, 0))).toBe(0.75)
  })

  test('have a number for every tree that a model may have', () => {
    expect(MAX_TREES).toBeLessThanOrEqual(2 ** 16)
  })
})
