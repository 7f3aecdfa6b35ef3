/**
 * Why a model said what it said: how much each feature moved the margin away from the model's mean, along the paths
 * taken (Saabas 2014). Exact by construction: node means are rounded to multiples of 2^-32, whose sums doubles hold
 * without rounding, so the parts add up in any order; what the rounding took is given as a part of its own.
 */
import { nextNode, rawMargin } from './raw-margin.js'
import { LEAF, type TreeModel } from './tree-model.js'

export type Contributions = {
  /** Mean margin over the training set. */
  readonly bias: number
  /** One a feature, in the model's order. */
  readonly byFeature: Float64Array
  /** margin - (bias + sum of byFeature): at most a few 2^-32 a tree. */
  readonly rounding: number
  readonly margin: number
}

const GRID = 2 ** 32
/** The sum over trees must stay below 2^53 on the grid. */
const MAX_OUTPUT = 1024

/** Mean output below each node, weighted by training rows, on the grid. Costs a pass over the model: keep it with it. */
export function nodeMeans(model: TreeModel): Float64Array {
  const { feature, value, left, right, rows } = model
  const exact = new Float64Array(feature.length)
  // Children stand behind their parents.
  for (let node = feature.length - 1; node >= 0; node--) {
    const [l, r] = [left[node] as number, right[node] as number]
    const [rowsLeft, rowsRight] = [rows[l] as number, rows[r] as number]
    exact[node] = feature[node] === LEAF
      ? value[node] as number
      : ((exact[l] as number) * rowsLeft + (exact[r] as number) * rowsRight) / (rowsLeft + rowsRight)
    if (Math.abs(exact[node] as number) > MAX_OUTPUT) throw new RangeError(`node ${node} puts out ${exact[node]}; contributions are exact up to ${MAX_OUTPUT} a tree`)
  }
  return exact.map((mean) => Math.round(mean * GRID) / GRID)
}

/**
 * @param means `nodeMeans(model)`
 * @returns parts with `bias + byFeature[0] + byFeature[1] + ... + rounding === margin`, summed from the left
 */
export function contributionsOf(model: TreeModel, means: Float64Array, vector: Float64Array): Contributions {
  const margin = rawMargin(model, vector)
  const byFeature = new Float64Array(model.features.length)
  let bias = 0
  let sum = 0
  for (let node of model.roots) {
    bias += means[node] as number
    while (model.feature[node] !== LEAF) {
      const next = nextNode(model, node, vector)
      const at = model.feature[node] as number
      byFeature[at] = (byFeature[at] as number) + ((means[next] as number) - (means[node] as number))
      node = next
    }
    sum += means[node] as number
  }
  return { bias, byFeature, rounding: margin - sum, margin }
}
