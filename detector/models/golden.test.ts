/** The shipped models against whoever trained them: margins of LightGBM and scikit-learn, on thresholds and beside them. */
import { describe, expect, it } from 'vitest'
import { contributionsOf, nodeMeans } from '../../domain/models/contributions.js'
import { rawMargin } from '../../domain/models/raw-margin.js'
import { readGolden } from '../../domain/models/testing/golden.js'
import { openBulkScorer } from '../engines/trees/onnx.js'
import { SHIPPED_MODELS, openShipped } from './shipped.js'

describe.each(SHIPPED_MODELS)('%s', (name) => {
  const { model, onnx } = openShipped(name)
  const rows = readGolden(new URL(`testing/${name}.golden`, import.meta.url), model.features.length)

  it('gives the trainer\'s margins bit for bit', () => {
    expect(rows).toHaveLength(1500)
    expect(rows.filter(({ vector, margin }) => !Object.is(rawMargin(model, vector), margin))).toEqual([])
    expect(new Set(rows.map(({ margin }) => margin)).size).toBeGreaterThan(500)
  })

  it('gives the same margins through ONNX, up to the rounding of its float32 output', async () => {
    const scorer = await openBulkScorer(onnx as string, model.features.length)
    const vectors = Float64Array.from(rows.flatMap(({ vector }) => [...vector]))
    const margins = await scorer.margins(vectors)
    await scorer.close()
    const far = rows.filter(({ margin }, at) => Math.abs((margins[at] as number) - margin) > Math.abs(margin) * 2 ** -23 + 1e-12)
    expect(far).toEqual([])
  })

  it('explains each margin by parts that add up to it', () => {
    const means = nodeMeans(model)
    for (const { vector, margin } of rows) {
      const { bias, byFeature, rounding } = contributionsOf(model, means, vector)
      expect(byFeature.reduce((sum, part) => sum + part, bias) + rounding).toBe(margin)
    }
  })
})
