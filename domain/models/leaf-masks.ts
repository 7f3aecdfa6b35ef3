/**
 * The same trees without walking, after QuickScorer (Lucchese et al., SIGIR 2015): a bit a leaf that may still be reached.
 * A split that goes right clears the leaves on its left; what is left first is the leaf that a walk would reach. Splits on
 * one feature stand in the order of their thresholds, so the ones that go right come first: memory is read in order, and
 * the only branch that a processor can guess wrong is the end of each feature. Eight splits are taken at a time, and
 * eight trees: V8 looks up anew in every turn of a loop where each array lies, which is more work than a split. Only for
 * vectors in which nothing counts as missing; the outputs are added in the order of the trees, so that the sum has the same
 * bits as a walk's.
 */
import { LEAF, type TreeArrays } from './tree-model.js'

export type LeafMasks = {
  /** Of each feature the first of its splits; the feature ends with LANES thresholds that nothing is above, NaN. */
  readonly starts: Int32Array
  /** Of all splits, by feature and then rising. */
  readonly thresholds: Float64Array
  /** The tree of a split, and its leaves but those on the left: the first leaf is the highest bit. */
  readonly trees: Uint16Array
  readonly masks: Int32Array
  /** Of leaf l of tree t at (t << shift) + l. */
  readonly outputs: Float64Array
  readonly shift: number
  /** Leaves still in reach: scratch space, filled anew for each vector. A word a tree, and up to a multiple of LANES trees that put out 0. */
  readonly reachable: Int32Array
}

/** Bits of a word; trees with more leaves are walked. */
export const MAX_LEAVES = 32
/** Splits, or trees, of one turn of a loop. */
const LANES = 8

type Split = { readonly threshold: number; readonly tree: number; readonly mask: number }
const END: readonly Split[] = Array.from({ length: LANES }, () => ({ threshold: NaN, tree: 0, mask: -1 }))

/** @returns undefined where a tree has more than MAX_LEAVES leaves */
export function maskLeaves({ roots, feature, value, left, right }: TreeArrays, features: number): LeafMasks | undefined {
  const leaves = new Int32Array(roots.length)
  roots.forEach((root, tree) => { leaves[tree] = feature.subarray(root, roots[tree + 1]).filter((split) => split === LEAF).length })
  const most = Math.max(...leaves)
  if (most > MAX_LEAVES) return undefined

  const shift = Math.ceil(Math.log2(most))
  const reachable = new Int32Array(Math.ceil(roots.length / LANES) * LANES)
  const outputs = new Float64Array(reachable.length << shift)
  const byFeature = Array.from({ length: features }, (): Split[] => [])
  roots.forEach((root, tree) => {
    let next = 0
    // Numbers the leaves below a node from the left.
    const number = (node: number): void => {
      const at = feature[node] as number
      if (at === LEAF) {
        outputs[(tree << shift) + next] = value[node] as number
        next += 1
        return
      }
      const first = next
      number(left[node] as number)
      byFeature[at]?.push({ threshold: value[node] as number, tree, mask: ~bits(first, next) })
      number(right[node] as number)
    }
    number(root)
  })

  const ordered = byFeature.map((splits) => [...splits.sort(byThreshold), ...END])
  const all = ordered.flat()
  let start = 0
  return {
    starts: Int32Array.from(ordered, ({ length }) => (start += length) - length),
    thresholds: Float64Array.from(all, ({ threshold }) => threshold), trees: Uint16Array.from(all, ({ tree }) => tree), masks: Int32Array.from(all, ({ mask }) => mask),
    outputs, shift, reachable,
  }
}

/** Of the leaves from `first` to before `end`, at most 31 of them: the right side of a split has one too. */
const bits = (first: number, end: number): number => ((1 << (end - first)) - 1) << (MAX_LEAVES - end)

const byThreshold = (a: Split, b: Split): number => (a.threshold < b.threshold ? -1 : a.threshold > b.threshold ? 1 : a.tree - b.tree)

/** @param vector of the model's length, without a value that some split takes for missing or for zero */
export function maskedMargin({ starts, thresholds, trees, masks, outputs, shift, reachable }: LeafMasks, vector: Float64Array): number {
  reachable.fill(-1)
  for (let feature = 0; feature < starts.length; feature++) {
    const x = vector[feature] as number
    let split = starts[feature] as number
    // Thresholds rise: above the last of eight is above all of them.
    for (; x > (thresholds[split + 7] as number); split += LANES) {
      goRight(trees, masks, reachable, split)
      goRight(trees, masks, reachable, split + 1)
      goRight(trees, masks, reachable, split + 2)
      goRight(trees, masks, reachable, split + 3)
      goRight(trees, masks, reachable, split + 4)
      goRight(trees, masks, reachable, split + 5)
      goRight(trees, masks, reachable, split + 6)
      goRight(trees, masks, reachable, split + 7)
    }
    for (; x > (thresholds[split] as number); split++) goRight(trees, masks, reachable, split)
  }
  let margin = 0
  for (let tree = 0; tree < reachable.length; tree += LANES) {
    margin += outputOf(outputs, shift, reachable, tree)
    margin += outputOf(outputs, shift, reachable, tree + 1)
    margin += outputOf(outputs, shift, reachable, tree + 2)
    margin += outputOf(outputs, shift, reachable, tree + 3)
    margin += outputOf(outputs, shift, reachable, tree + 4)
    margin += outputOf(outputs, shift, reachable, tree + 5)
    margin += outputOf(outputs, shift, reachable, tree + 6)
    margin += outputOf(outputs, shift, reachable, tree + 7)
  }
  return margin
}

function goRight(trees: Uint16Array, masks: Int32Array, reachable: Int32Array, split: number): void {
  const tree = trees[split] as number
  reachable[tree] = (reachable[tree] as number) & (masks[split] as number)
}

const outputOf = (outputs: Float64Array, shift: number, reachable: Int32Array, tree: number): number =>
  outputs[(tree << shift) + Math.clz32(reachable[tree] as number)] as number
