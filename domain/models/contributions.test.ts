import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contributionsOf, nodeMeans } from './contributions.js'
import { readLightGbm } from './lightgbm.js'
import { rawMargin } from './raw-margin.js'
import { readGolden } from './testing/golden.js'
import { modelOf } from './build-model.js'

const GRID = 2 ** 32

describe('contributions', () => {
  it.each(['none', 'nan', 'zero'])('of a model with missing values of kind %s add up to the margin exactly, in any order', (kind) => {
    const model = readLightGbm(readFileSync(new URL(`testing/missing-${kind}.txt`, import.meta.url), 'utf8'))
    const means = nodeMeans(model)
    for (const { vector } of readGolden(new URL(`testing/missing-${kind}.golden`, import.meta.url), model.features.length)) {
      const { bias, byFeature, rounding, margin } = contributionsOf(model, means, vector)
      expect(margin).toBe(rawMargin(model, vector))
      const forwards = byFeature.reduce((sum, part) => sum + part, bias)
      const backwards = byFeature.reduceRight((sum, part) => sum + part, 0) + bias
      expect(backwards).toBe(forwards)
      expect(forwards + rounding).toBe(margin)
      expect([bias, ...byFeature].every((part) => Number.isInteger(part * GRID))).toBe(true)
      expect(Math.abs(rounding)).toBeLessThanOrEqual(model.roots.length / GRID)
    }
  })

  it('credit the feature that a path split on, and start from the mean of the training rows', () => {
    const model = modelOf(['x', 'y'], { kind: 'sigmoid', slope: 1 }, [
      { feature: [1, -1, -1], value: [0, -1, 3], left: [1, 0, 0], right: [2, 0, 0], missing: [0, 0, 0], rows: [4, 3, 1] },
    ], String)
    const { bias, byFeature, rounding } = contributionsOf(model, nodeMeans(model), Float64Array.of(5, 5))
    expect({ bias, byFeature: [...byFeature], rounding }).toEqual({ bias: 0, byFeature: [0, 3], rounding: 0 })
  })
})
