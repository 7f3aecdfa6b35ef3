/** Joins trees into a model, and refuses what would not be trees. */
import { maskLeaves } from './leaf-masks.js'
import { ModelFormatError } from './model-error.js'
import { packTrees } from './packed-trees.js'
import { LEAF, MAX_NODES, MAX_TREES, MISSING_IS_ZERO, TINY_IS_ZERO, type Link, type TreeArrays, type TreeModel } from './tree-model.js'

/** One tree before it joins the others; children are node numbers of this tree, leaves included. */
export type Tree = {
  readonly feature: readonly number[]
  readonly value: readonly number[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  readonly missing: readonly number[]
  readonly rows: readonly number[]
}

/** @param where names a tree in errors */
export function modelOf(features: readonly string[], link: Link, trees: readonly Tree[], where: (tree: number) => string): TreeModel {
  const count = trees.reduce((sum, tree) => sum + tree.feature.length, 0)
  if (trees.length === 0) throw new ModelFormatError('NOT_A_MODEL', 'model', 'has no trees; train it with at least one')
  if (trees.length > MAX_TREES) throw new ModelFormatError('TOO_LARGE', 'model', `has ${trees.length} trees, more than ${MAX_TREES}; train fewer`)
  if (count > MAX_NODES) throw new ModelFormatError('TOO_LARGE', 'model', `has ${count} nodes, more than ${MAX_NODES}; train smaller trees`)
  const arrays: TreeArrays = {
    roots: new Int32Array(trees.length),
    feature: new Int32Array(count), value: new Float64Array(count), left: new Int32Array(count), right: new Int32Array(count),
    missing: new Uint8Array(count), rows: new Float64Array(count),
  }
  let first = 0
  trees.forEach((tree, at) => {
    checkTree(tree, features.length, where(at))
    arrays.roots[at] = first
    arrays.feature.set(tree.feature, first)
    arrays.value.set(tree.value, first)
    arrays.left.set(tree.left.map((child) => child + first), first)
    arrays.right.set(tree.right.map((child) => child + first), first)
    arrays.missing.set(tree.missing, first)
    arrays.rows.set(tree.rows, first)
    first += tree.feature.length
  })
  const splits = arrays.missing.filter((_, node) => arrays.feature[node] !== LEAF)
  const masks = maskLeaves(arrays, features.length)
  return {
    ...arrays, features, link, scratch: new Float64Array(features.length), fast: masks === undefined ? { by: 'steps', trees: packTrees(arrays) } : { by: 'masks', trees: masks },
    zeroMayBeMissing: splits.some((bits) => (bits & MISSING_IS_ZERO) !== 0), tinyIsZero: splits.every((bits) => (bits & TINY_IS_ZERO) !== 0),
  }
}

function checkTree(tree: Tree, featureCount: number, where: string): void {
  const size = tree.feature.length
  const bad = (sentence: string): ModelFormatError => new ModelFormatError('BAD_TREE', where, `${sentence}; write the model anew`)
  if (size === 0) throw bad('has no nodes')
  const parents = new Uint8Array(size)
  for (let node = 0; node < size; node++) {
    const feature = tree.feature[node] as number
    const value = tree.value[node] as number
    if (feature === LEAF ? !Number.isFinite(value) : Number.isNaN(value)) throw bad(`node ${node} has no threshold or no finite output`)
    if (!Number.isFinite(tree.rows[node] as number) || (tree.rows[node] as number) <= 0) throw bad(`node ${node} was reached by no training rows`)
    if (feature === LEAF) continue
    if (!Number.isInteger(feature) || feature < 0 || feature >= featureCount) throw bad(`node ${node} splits on feature ${feature} of ${featureCount}`)
    for (const child of [tree.left[node] as number, tree.right[node] as number]) {
      if (!Number.isInteger(child) || child <= node || child >= size) throw bad(`node ${node} has node ${child} as a child`)
      parents[child] = (parents[child] as number) + 1
      if (parents[child] !== 1) throw bad(`node ${child} has two parents`)
    }
  }
  for (let node = 1; node < size; node++) if (parents[node] !== 1) throw bad(`node ${node} has no parent`)
}
