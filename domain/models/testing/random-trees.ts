/** Models of random trees for property tests, and the walk that every faster evaluation must equal to the bit. */
import fc from 'fast-check'
import { modelOf, type Tree } from '../build-model.js'
import { nextNode } from '../raw-margin.js'
import { LEAF, MISSING_GOES_LEFT, MISSING_IS_NAN, MISSING_IS_ZERO, TINY_IS_ZERO, type TreeModel } from '../tree-model.js'

export const FEATURES = ['a', 'b', 'c']
type Split = { readonly feature: number; readonly threshold: number; readonly missing: number; readonly left: Shape; readonly right: Shape }
/** A leaf is its output. */
export type Shape = number | Split

/** Thresholds; few, so that vectors lie on them. The tiny ones lie within what LightGBM reads as 0. */
const thresholds = [-Infinity, -2, -1e-36, -0, 0, 1e-36, 0.5, 1, 1e300, Infinity]
const missingBits = [0, MISSING_GOES_LEFT, MISSING_IS_ZERO, MISSING_IS_NAN, TINY_IS_ZERO, MISSING_IS_ZERO | MISSING_GOES_LEFT | TINY_IS_ZERO, MISSING_IS_NAN | MISSING_GOES_LEFT]
const { shape } = fc.letrec<{ shape: Shape }>((tie) => ({
  shape: fc.oneof({ maxDepth: 9, depthSize: 'medium' },
    fc.constantFrom(-0, 0.1, -0.7, 3, 1e-17),
    fc.record({ feature: fc.nat({ max: FEATURES.length - 1 }), threshold: fc.constantFrom(...thresholds), missing: fc.constantFrom(...missingBits), left: tie('shape'), right: tie('shape') })),
}))

/** Numbered from the root down, the left side first. */
function treeOf(shape: Shape): Tree {
  const tree = { feature: [] as number[], value: [] as number[], left: [] as number[], right: [] as number[], missing: [] as number[], rows: [] as number[] }
  const add = (part: Shape): number => {
    const at = tree.feature.length
    const isLeaf = typeof part === 'number'
    tree.feature.push(isLeaf ? LEAF : part.feature)
    tree.value.push(isLeaf ? part : part.threshold)
    tree.missing.push(isLeaf ? 0 : part.missing)
    tree.rows.push(1)
    tree.left.push(0)
    tree.right.push(0)
    if (!isLeaf) {
      tree.left[at] = add(part.left)
      tree.right[at] = add(part.right)
    }
    return at
  }
  add(shape)
  return tree
}

export const modelOfShapes = (shapes: readonly Shape[]): TreeModel => modelOf(FEATURES, { kind: 'sigmoid', slope: 1 }, shapes.map(treeOf), (tree) => `tree ${tree}`)

/** Of the kind that LightGBM writes: all splits read tiny values as 0. */
const tinyAsZero = (shape: Shape): Shape => (typeof shape === 'number' ? shape : { ...shape, missing: shape.missing | TINY_IS_ZERO, left: tinyAsZero(shape.left), right: tinyAsZero(shape.right) })

export const models: fc.Arbitrary<TreeModel> = fc.tuple(fc.array(shape, { minLength: 1, maxLength: 11 }), fc.boolean())
  .map(([shapes, isLightGbm]) => modelOfShapes(isLightGbm ? shapes.map(tinyAsZero) : shapes))

const vectors = (values: readonly number[]): fc.Arbitrary<Float64Array> =>
  fc.array(fc.constantFrom(...values), { minLength: FEATURES.length, maxLength: FEATURES.length }).map((row) => Float64Array.from(row))

/** On thresholds, one bit beside them, and between. */
const ordinary = [-Infinity, -1e300, -2, -1.9999999999999998, 0.49999999999999994, 0.5, 0.5000000000000001, 1, 1.0000000000000002, 7, 1e300, Number.MAX_VALUE, Infinity]
/** Nothing that any split takes for missing or for zero. */
export const plainVectors = vectors(ordinary)
export const anyVectors = vectors([...ordinary, ...thresholds, NaN, Number.MIN_VALUE, -Number.MIN_VALUE, 1e-35, 1.1e-35])

/** One node after another, by LightGBM's rule. */
export function walked(model: TreeModel, vector: Float64Array): number {
  let margin = 0
  for (let node of model.roots) {
    while (model.feature[node] !== LEAF) node = nextNode(model, node, vector)
    margin += model.value[node] as number
  }
  return margin
}

/** A tree that goes right, and right again. @returns one of `leaves` leaves, where the last puts out 7 and all others -1 */
export const chainOf = (leaves: number, threshold: (split: number) => number): Shape =>
  Array.from({ length: leaves - 1 }, (_, i) => threshold(i)).reduceRight<Shape>((right, at) => ({ feature: 0, threshold: at, missing: 0, left: -1, right }), 7)
