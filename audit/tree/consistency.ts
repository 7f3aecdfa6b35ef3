/**
 * That a tree is a continuation of an earlier one: RFC 6962 §2.1.2 (PROOF) and its verifier.
 * https://www.rfc-editor.org/rfc/rfc9162#section-2.1.4.2
 */
import { bytesEqual } from '../../domain/bytes.js'
import { nodeHash } from '../../domain/merkle.js'
import { isTreeSize, PROVED, refuted, shapeFault, type ProofCheck } from './proof-check.js'
import { completeSubtrees, makeProof, splitOf, type ProofPlan, type ReadSubtrees, type Subtree } from './subtrees.js'

/** PROOF(size1, D[0:size2]). Throws RangeError unless 1 <= size1 <= size2. */
export function planConsistency(size1: bigint, size2: bigint): ProofPlan {
  if (!isTreeSize(size2) || size1 < 1n || size1 > size2) throw new RangeError(`no consistency proof leads from ${size1} to ${size2} leaves; 1 <= first <= second must hold`)
  return planRange(0n, size1, size2)
}

/**
 * SUBPROOF of RFC 6962 §2.1.2 for D[start:end], a subtree of the first `end` leaves, in a tree of `size` leaves. A start
 * other than 0 makes the proof of https://datatracker.ietf.org/doc/draft-ietf-plants-merkle-tree-certs/, which covers
 * this one and has test vectors for it.
 */
export function planRange(start: bigint, end: bigint, size: bigint): ProofPlan {
  if (start === end) return []
  const plan: Subtree[][] = []
  let from = 0n
  let to = size
  let first = start
  // True while the verifier knows the hash of D[first:end]: it is what the proof is about.
  let isKnown = true
  while (!(first === from && end === to)) {
    const middle = from + splitOf(to - from)
    if (end <= middle) {
      plan.unshift(completeSubtrees(middle, to))
      to = middle
      continue
    }
    plan.unshift(completeSubtrees(from, middle))
    if (first < middle) {
      first = middle
      isKnown = false
    }
    from = middle
  }
  return isKnown ? plan : [completeSubtrees(from, to), ...plan]
}

/** @param read hashes of complete subtrees of a tree of at least `size2` leaves */
export const proveConsistency = (size1: bigint, size2: bigint, read: ReadSubtrees): Promise<Uint8Array[]> => makeProof(planConsistency(size1, size2), read)

export type ConsistencyClaim = {
  readonly size1: bigint
  readonly root1: Uint8Array
  readonly size2: bigint
  readonly root2: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 §2.1.4.2. An empty first tree proves nothing and is refused. Takes anything, never throws. */
export function verifyConsistency({ size1, root1, size2, root2, proof }: ConsistencyClaim): ProofCheck {
  if (!isTreeSize(size1) || !isTreeSize(size2) || size1 === 0n) return refuted('size-out-of-range')
  if (size1 > size2) return refuted('sizes-out-of-order')
  const fault = shapeFault(proof, root1, root2)
  if (fault !== undefined) return refuted(fault)
  if (size1 === size2) {
    if (proof.length > 0) return refuted('wrong-proof-length')
    return bytesEqual(root1, root2) ? PROVED : refuted('wrong-root')
  }
  const isPowerOfTwo = (size1 & (size1 - 1n)) === 0n
  const [head, ...rest] = isPowerOfTwo ? [root1, ...proof] : proof
  if (head === undefined) return refuted('wrong-proof-length')
  let fn = size1 - 1n
  let sn = size2 - 1n
  while ((fn & 1n) === 1n) {
    fn >>= 1n
    sn >>= 1n
  }
  let first = head
  let second = head
  for (const hash of rest) {
    if (sn === 0n) return refuted('wrong-proof-length')
    if ((fn & 1n) === 1n || fn === sn) {
      first = nodeHash(hash, first)
      second = nodeHash(hash, second)
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n
        sn >>= 1n
      }
    } else second = nodeHash(second, hash)
    fn >>= 1n
    sn >>= 1n
  }
  if (sn !== 0n) return refuted('wrong-proof-length')
  return bytesEqual(first, root1) && bytesEqual(second, root2) ? PROVED : refuted('wrong-root')
}
