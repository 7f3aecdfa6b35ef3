/** Merkle tree hashing of RFC 6962 §2.1: transactions, receipts and the audit log use the same tree. */
import { sha256, sha256Of } from './hash.js'

const LEAF = Uint8Array.of(0)
const NODE = Uint8Array.of(1)

export const leafHash = (entry: Uint8Array): Uint8Array => sha256Of(LEAF, entry)
/** Of an entry that comes in parts. */
export const leafHashOf = (...parts: readonly Uint8Array[]): Uint8Array => sha256Of(LEAF, ...parts)
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256Of(NODE, left, right)
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))

/** MTH of RFC 6962 §2.1 over leaf hashes. */
export function rootOfLeafHashes(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT
  if (leaves.length === 1) return leaves[0] as Uint8Array
  const split = largestPowerOfTwoBelow(leaves.length)
  return nodeHash(rootOfLeafHashes(leaves.slice(0, split)), rootOfLeafHashes(leaves.slice(split)))
}

/** PATH of RFC 6962 §2.1.1 over leaf hashes: from the leaf at `index` to the root. */
export function pathOfLeafHash(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  if (index < 0 || index >= leaves.length) throw new RangeError(`a tree of ${leaves.length} leaves has none at ${index}`)
  if (leaves.length === 1) return []
  const split = largestPowerOfTwoBelow(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split ? [...pathOfLeafHash(left, index), rootOfLeafHashes(right)] : [...pathOfLeafHash(right, index - split), rootOfLeafHashes(left)]
}

export const merkleRoot = (entries: readonly Uint8Array[]): Uint8Array => rootOfLeafHashes(entries.map(leafHash))

function largestPowerOfTwoBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
