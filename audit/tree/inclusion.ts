/**
 * That an entry is in the tree: RFC 6962 §2.1.1 (PATH) and its verifier.
 * https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2
 */
import { bytesEqual } from '../../domain/bytes.js'
import { nodeHash } from '../../domain/merkle.js'
import { isTreeSize, PROVED, refuted, shapeFault, type ProofCheck } from './proof-check.js'
import { completeSubtrees, makeProof, splitOf, type ProofPlan, type ReadSubtrees, type Subtree } from './subtrees.js'

/** PATH(index, D[0:size]), from the leaf to the root. Throws RangeError for an index outside the tree. */
export function planInclusion(index: bigint, size: bigint): ProofPlan {
  if (!isTreeSize(size) || index < 0n || index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  const plan: Subtree[][] = []
  let from = 0n
  let to = size
  while (to - from > 1n) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      plan.unshift(completeSubtrees(middle, to))
      to = middle
    } else {
      plan.unshift(completeSubtrees(from, middle))
      from = middle
    }
  }
  return plan
}

/** @param read hashes of complete subtrees of a tree of at least `size` leaves */
export const proveInclusion = (index: bigint, size: bigint, read: ReadSubtrees): Promise<Uint8Array[]> => makeProof(planInclusion(index, size), read)

export type InclusionClaim = {
  /** RFC 6962 hash of the entry (`leafHash`). */
  readonly leaf: Uint8Array
  readonly index: bigint
  readonly size: bigint
  readonly root: Uint8Array
  /** From the leaf to the root. */
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 §2.1.3.2. Takes anything, never throws. */
export function verifyInclusion({ leaf, index, size, root, proof }: InclusionClaim): ProofCheck {
  if (!isTreeSize(size)) return refuted('size-out-of-range')
  if (index < 0n || index >= size) return refuted('index-out-of-range')
  const fault = shapeFault(proof, leaf, root)
  if (fault !== undefined) return refuted(fault)
  let fn = index
  let sn = size - 1n
  let hash = leaf
  for (const sibling of proof) {
    if (sn === 0n) return refuted('wrong-proof-length')
    if ((fn & 1n) === 1n || fn === sn) {
      hash = nodeHash(sibling, hash)
      // A right edge without a sibling of its own rises until it is a right child.
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else hash = nodeHash(hash, sibling)
    fn >>= 1n
    sn >>= 1n
  }
  if (sn !== 0n) return refuted('wrong-proof-length')
  return bytesEqual(hash, root) ? PROVED : refuted('wrong-root')
}
