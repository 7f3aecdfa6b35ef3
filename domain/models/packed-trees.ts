/**
 * The same trees, laid out for speed. A walk through a tree waits for memory and for branches that nobody can predict; so
 * children stand side by side and a comparison is added instead of branched on, and four trees are walked at a time,
 * as deep as the deepest of them: leaves lead to themselves. Only for vectors in which nothing counts as missing; the
 * outputs are added in the order of the trees, so that the sum has the same bits as any other walk's.
 */
import { LEAF, type TreeArrays } from './tree-model.js'

export type PackedTrees = {
  /** First node of each tree; filled up to a multiple of LANES with a leaf that puts out 0. */
  readonly roots: Int32Array
  /** Of each LANES trees the depth of the deepest. */
  readonly depths: Int32Array
  /** The feature a node splits on, below FEATURE_BITS, and above them its left child. The right child is the next node. */
  readonly steps: Uint32Array
  /** More than it goes right. Infinity for leaves, which are their own left child. */
  readonly thresholds: Float64Array
  /** Of leaves. */
  readonly outputs: Float64Array
}

const LANES = 4
/** Enough for MAX_FEATURES; the rest of 32 bits is enough for MAX_NODES. */
export const FEATURE_BITS = 10
const FEATURE_MASK = 2 ** FEATURE_BITS - 1

export function packTrees({ roots, feature, value, left, right }: TreeArrays): PackedTrees {
  const padding = (LANES - roots.length % LANES) % LANES
  const nodes = feature.length + 1
  const packed = {
    roots: new Int32Array(roots.length + padding).fill(feature.length),
    depths: new Int32Array((roots.length + padding) / LANES),
    steps: new Uint32Array(nodes), thresholds: new Float64Array(nodes).fill(Infinity), outputs: new Float64Array(nodes),
  }
  packed.steps[feature.length] = feature.length << FEATURE_BITS
  let first = 0
  roots.forEach((root, tree) => {
    packed.roots[tree] = first
    // Level by level: the children of a node are pushed together.
    const order = [root]
    const depths = [0]
    for (let i = 0; i < order.length; i++) {
      const node = order[i] as number
      const at = first + i
      const isLeaf = feature[node] === LEAF
      const child = isLeaf ? at : first + order.length
      packed.steps[at] = ((child << FEATURE_BITS) | (isLeaf ? 0 : feature[node] as number)) >>> 0
      if (isLeaf) {
        packed.outputs[at] = value[node] as number
        continue
      }
      packed.thresholds[at] = value[node] as number
      const depth = (depths[i] as number) + 1
      order.push(left[node] as number, right[node] as number)
      depths.push(depth, depth)
    }
    const group = Math.floor(tree / LANES)
    packed.depths[group] = Math.max(packed.depths[group] as number, depths.at(-1) as number)
    first += order.length
  })
  return packed
}

/** @param vector of the model's length, without a value that some node takes for missing or for zero */
export function packedMargin({ roots, depths, steps, thresholds, outputs }: PackedTrees, vector: Float64Array): number {
  let margin = 0
  for (let group = 0, tree = 0; group < depths.length; group++, tree += LANES) {
    let a = roots[tree] as number
    let b = roots[tree + 1] as number
    let c = roots[tree + 2] as number
    let d = roots[tree + 3] as number
    for (let level = depths[group] as number; level > 0; level--) {
      const [stepA, stepB, stepC, stepD] = [steps[a] as number, steps[b] as number, steps[c] as number, steps[d] as number]
      a = (stepA >>> FEATURE_BITS) + +((vector[stepA & FEATURE_MASK] as number) > (thresholds[a] as number))
      b = (stepB >>> FEATURE_BITS) + +((vector[stepB & FEATURE_MASK] as number) > (thresholds[b] as number))
      c = (stepC >>> FEATURE_BITS) + +((vector[stepC & FEATURE_MASK] as number) > (thresholds[c] as number))
      d = (stepD >>> FEATURE_BITS) + +((vector[stepD & FEATURE_MASK] as number) > (thresholds[d] as number))
    }
    margin += outputs[a] as number
    margin += outputs[b] as number
    margin += outputs[c] as number
    margin += outputs[d] as number
  }
  return margin
}
