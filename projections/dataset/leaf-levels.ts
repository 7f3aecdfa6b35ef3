/**
 * The hashes of all complete subtrees of a tree that grows: 64 bytes a leaf, outside the heap. For whoever proves many
 * leaves of one log at once; a log that keeps tiles has no need of it.
 */
import type { ReadSubtrees } from '../../audit/tree/subtrees.js'
import { emptyTree, rootOf } from '../../audit/tree/tree.js'
import { nodeHash } from '../../domain/merkle.js'

export type LeafLevels = {
  append(leaf: Uint8Array): void
  size(): number
  root(): Uint8Array
  read: ReadSubtrees
}

const HASH_BYTES = 32
const FIRST_HASHES = 1024

export function createLeafLevels(): LeafLevels {
  const levels: { hashes: Buffer; count: number }[] = []

  const at = (level: number, index: number): Buffer => {
    const { hashes, count } = levels[level] ?? { hashes: Buffer.alloc(0), count: 0 }
    if (index >= count) throw new RangeError(`the tree has no subtree ${index} of level ${level}`)
    return hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
  }
  const push = (level: number, hash: Uint8Array): void => {
    const held = (levels[level] ??= { hashes: Buffer.allocUnsafeSlow(FIRST_HASHES * HASH_BYTES), count: 0 })
    if ((held.count + 1) * HASH_BYTES > held.hashes.length) {
      const larger = Buffer.allocUnsafeSlow(held.hashes.length * 2)
      held.hashes.copy(larger)
      held.hashes = larger
    }
    held.hashes.set(hash, held.count * HASH_BYTES)
    held.count += 1
    if (held.count % 2 === 0) push(level + 1, nodeHash(at(level, held.count - 2), at(level, held.count - 1)))
  }

  const size = (): number => levels[0]?.count ?? 0
  return {
    append: (leaf) => push(0, leaf),
    size,
    root: () => rootOf({
      ...emptyTree, size: size(),
      // The last of a level that has an odd number of subtrees is no part of a larger one.
      subtrees: levels.flatMap(({ count }, level) => (count % 2 === 1 ? [at(level, count - 1)] : [])).reverse(),
    }),
    read: (wanted) => Promise.resolve(wanted.map(({ level, index }) => Uint8Array.from(at(level, Number(index))))),
  }
}
