/**
 * The right edge of an RFC 6962 tree, enough to append and to know the root: one hash for each set bit of the size,
 * largest subtree first. Pure; the full tree is never held.
 * https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */
import { ByteReader, ByteWriter, DecodeError } from '../../domain/bytes.js'
import { EMPTY_ROOT, leafHash, nodeHash } from '../../domain/merkle.js'

export type TreeFrontier = {
  /** Number of leaves. */
  readonly size: number
  /** Roots of the complete subtrees that make up the tree, from left (largest) to right, 32 bytes each. */
  readonly subtrees: readonly Uint8Array[]
}

export const emptyTree: TreeFrontier = { size: 0, subtrees: [] }

/** The tree with one more entry. */
export const appendLeaf = (tree: TreeFrontier, entry: Uint8Array): TreeFrontier => appendLeafHash(tree, leafHash(entry))

/** The tree with one more leaf, given the RFC 6962 hash of its entry. */
export function appendLeafHash(tree: TreeFrontier, hash: Uint8Array): TreeFrontier {
  const subtrees = tree.subtrees.slice()
  let right = hash
  // Each trailing one bit of the size is a complete subtree as large as `right`: the two become one.
  for (let size = tree.size; size % 2 === 1; size = Math.floor(size / 2)) right = nodeHash(subtrees.pop() as Uint8Array, right)
  subtrees.push(right)
  return { size: tree.size + 1, subtrees }
}

/** MTH of RFC 6962 §2.1. */
export function rootOf(tree: TreeFrontier): Uint8Array {
  if (tree.subtrees.length === 0) return EMPTY_ROOT
  return tree.subtrees.reduceRight((right, left) => nodeHash(left, right))
}

export function encodeFrontier(tree: TreeFrontier): Uint8Array {
  const writer = new ByteWriter(8 + 32 * tree.subtrees.length).u64(tree.size)
  for (const hash of tree.subtrees) writer.raw(hash)
  return writer.finish()
}

/** Throws DecodeError where the number of hashes does not fit the size. */
export function decodeFrontier(bytes: Uint8Array): TreeFrontier {
  const reader = new ByteReader(bytes)
  const size = reader.u64('frontier.size')
  if (reader.remaining !== 32 * setBits(size)) throw new DecodeError('frontier.subtrees', `${reader.remaining} bytes do not fit a tree of ${size} leaves`)
  return { size, subtrees: Array.from({ length: setBits(size) }, () => reader.raw(32, 'frontier.subtree')) }
}

function setBits(value: number): number {
  let bits = 0
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}
