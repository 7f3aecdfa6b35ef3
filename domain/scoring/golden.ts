/**
 * A model's golden vectors, made of its own thresholds, and the hash of what a machine makes of them. Every validator
 * works it out when it loads the file: one whose sums, comparisons or reading of decimals differ finds out by itself.
 */
import { bytesToHex } from '../hex.js'
import { sha256 } from '../hash.js'
import type { Contributions } from '../models/contributions.js'
import { LEAF, type TreeModel } from '../models/tree-model.js'

export const GOLDEN_VECTORS = 128

/** Values lie exactly on thresholds and halfway between two: where a comparison that is off by anything goes astray. */
export function goldenVectors(model: TreeModel): readonly Float64Array[] {
  const thresholds = thresholdsOf(model)
  return Array.from({ length: GOLDEN_VECTORS }, (_, k) => Float64Array.from(thresholds, (values, feature) => {
    const at = (k * (feature + 1)) % Math.max(1, values.length)
    const value = values[at] ?? 0
    return (k + feature) % 3 === 0 ? (value + (values[at + 1] ?? value)) / 2 : value
  }))
}

/** Of each feature, by rising value. */
function thresholdsOf({ features, feature, value }: TreeModel): readonly (readonly number[])[] {
  const sets = features.map(() => new Set<number>())
  for (const [node, index] of feature.entries()) if (index !== LEAF) sets[index]?.add(value[node] as number)
  return sets.map((set) => [...set].sort((a, b) => a - b))
}

/** SHA-256 over margin, bias, rounding and contributions of every golden vector in order, each double as 8 bytes big-endian. */
export function goldenResultOf(model: TreeModel, score: (vector: Float64Array) => Contributions): string {
  const doubles = goldenVectors(model).flatMap((vector) => {
    const { margin, bias, rounding, byFeature } = score(vector)
    return [margin, bias, rounding, ...byFeature]
  })
  const bytes = new Uint8Array(doubles.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [i, double] of doubles.entries()) view.setFloat64(i * 8, double)
  return bytesToHex(sha256(bytes))
}
