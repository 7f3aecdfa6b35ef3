/**
 * What a model says about a vector, as a number that is the same on every machine: comparisons and additions of IEEE
 * doubles, in the order of the trees. Everything that is compared between parties is this number; probabilities are
 * not, since ECMAScript leaves Math.exp to the implementation.
 */
import { maskedMargin } from './leaf-masks.js'
import { packedMargin } from './packed-trees.js'
import { LEAF, MISSING_GOES_LEFT, MISSING_IS_NAN, MISSING_IS_ZERO, TINY_IS_ZERO, type TreeModel } from './tree-model.js'

/** LightGBM's kZeroThreshold, a float32 constant: what it takes for zero. */
const ZERO = Math.fround(1e-35)

/**
 * @param vector one value a feature, in the model's order
 * @returns the sum of the leaves reached, from the first tree to the last
 */
export function rawMargin(model: TreeModel, vector: Float64Array): number {
  if (vector.length !== model.features.length) {
    throw new RangeError(`the vector has ${vector.length} values, the model wants ${model.features.length}`)
  }
  const plain = plainly(model, vector)
  if (plain !== undefined) return model.fast.by === 'masks' ? maskedMargin(model.fast.trees, plain) : packedMargin(model.fast.trees, plain)
  let margin = 0
  for (let node of model.roots) {
    while (model.feature[node] !== LEAF) node = nextNode(model, node, vector)
    margin += model.value[node] as number
  }
  return margin
}

/** The vector where all splits go by `<=` alone, tiny values read as 0; undefined where a value may count as missing. */
function plainly({ zeroMayBeMissing, tinyIsZero, scratch }: TreeModel, vector: Float64Array): Float64Array | undefined {
  let plain = vector
  for (let i = 0; i < vector.length; i++) {
    const x = vector[i] as number
    if (x > ZERO || x < -ZERO || (x === 0 && !zeroMayBeMissing)) continue
    if (x !== x || zeroMayBeMissing || !tinyIsZero) return undefined
    if (plain === vector) {
      // A new array of this size would cost more than the trees.
      scratch.set(vector)
      plain = scratch
    }
    plain[i] = 0
  }
  return plain
}

/** LightGBM's Tree::NumericalDecision. */
export function nextNode(model: TreeModel, node: number, vector: Float64Array): number {
  const missing = model.missing[node] as number
  let x = vector[model.feature[node] as number] as number
  if (x !== x ? (missing & MISSING_IS_NAN) === 0 : (missing & TINY_IS_ZERO) !== 0 && x >= -ZERO && x <= ZERO) x = 0
  const isMissing = x !== x || (x === 0 && (missing & MISSING_IS_ZERO) !== 0)
  const goesLeft = isMissing ? (missing & MISSING_GOES_LEFT) !== 0 : x <= (model.value[node] as number)
  return (goesLeft ? model.left[node] : model.right[node]) as number
}
