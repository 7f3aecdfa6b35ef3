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

export const merkleRoot = (entries: readonly Uint8Array[]): Uint8Array => rootOfLeafHashes(entries.map(leafHash))

function largestPowerOfTwoBelow(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}
