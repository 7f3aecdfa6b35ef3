/** The root that a leaf and its path give (RFC 9162 §2.1.3.2), for proofs that leave the root out: its signature says whether it is one. */
import { nodeHash } from '../../domain/merkle.js'
import { planInclusion } from '../tree/inclusion.js'
import { isTreeSize } from '../tree/proof-check.js'

/** Undefined where the path is not as long as index and size ask for; then nothing was hashed. */
export function rootFromInclusion(leaf: Uint8Array, index: bigint, size: bigint, path: readonly Uint8Array[]): Uint8Array | undefined {
  if (!isTreeSize(size) || index < 0n || index >= size || path.length !== planInclusion(index, size).length) return undefined
  let hash = leaf
  let next = 0
  for (let at = index, last = size - 1n; last > 0n; at >>= 1n, last >>= 1n) {
    if ((at & 1n) === 1n) hash = nodeHash(path[next++] as Uint8Array, hash)
    else if (at < last) hash = nodeHash(hash, path[next++] as Uint8Array)
  }
  return hash
}
