/**
 * Trained trees as flat arrays: what a model file is read into, whatever its format. Invariant: every tree is a proper
 * binary tree (each node but the root has one parent, children stand behind their parents), so that evaluating it ends.
 */
import type { LeafMasks } from './leaf-masks.js'
import type { PackedTrees } from './packed-trees.js'

export const MAX_MODEL_BYTES = 32 * 1024 * 1024
export const MAX_FEATURES = 1024
export const MAX_TREES = 2000
export const MAX_NODES = 1_000_000

/** How a raw margin is read by people; never part of what is compared. */
export type Link =
  /** Probability = 1 / (1 + e^(-slope * margin)). */
  | { readonly kind: 'sigmoid'; readonly slope: number }
  /** Isolation score = 2^(-margin / (trees * normaliser)), where the margin sums path lengths (Liu, Ting, Zhou 2008). */
  | { readonly kind: 'isolation'; readonly normaliser: number }

export type TreeModel = TreeArrays & {
  readonly features: readonly string[]
  readonly link: Link
  /** The same trees once more, for vectors without missing values: by leaf masks where all trees are small enough. */
  readonly fast: { readonly by: 'masks'; readonly trees: LeafMasks } | { readonly by: 'steps'; readonly trees: PackedTrees }
  /** Some split takes zeros for missing. */
  readonly zeroMayBeMissing: boolean
  /** All splits read tiny values as 0. */
  readonly tinyIsZero: boolean
  /** A vector with its tiny values read as 0, while it is evaluated. */
  readonly scratch: Float64Array
}

export type TreeArrays = {
  /** First node of each tree. */
  readonly roots: Int32Array
  /** Index of the feature that a node splits on, LEAF for leaves. */
  readonly feature: Int32Array
  /** Threshold of a split: at most it goes left. Output of a leaf. */
  readonly value: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  /** What a split does with missing and with tiny values: the bits below. */
  readonly missing: Uint8Array
  /** Rows of the training set that reached a node; contributions weigh by them. */
  readonly rows: Float64Array
}

export const LEAF = -1

/** Bit 0: missing values go left. Bits 1-2: what counts as missing; without them NaN is read as 0, as LightGBM does. */
export const MISSING_GOES_LEFT = 1
export const MISSING_IS_ZERO = 2
export const MISSING_IS_NAN = 4
/** Bit 3: values up to 1e-35 are read as 0. LightGBM hands rows to its trees without them, as sparse ones. */
export const TINY_IS_ZERO = 8

/** Margins of forests are path lengths: short ones are suspicious. Margins of boosted trees are log-odds: high ones are. */
export const crosses = (model: TreeModel, margin: number, threshold: number): boolean =>
  (model.link.kind === 'isolation' ? margin <= threshold : margin > threshold)
