/**
 * Proofs as lists of complete subtrees: which ones are wanted follows from sizes alone, so that all can be read at once,
 * from tiles or from anywhere. A complete subtree of level L and index I has the leaves from I·2^L to (I+1)·2^L.
 * https://www.rfc-editor.org/rfc/rfc6962#section-2.1
 */
import { EMPTY_ROOT, nodeHash } from '../../domain/merkle.js'

export type Subtree = { readonly level: number; readonly index: bigint }

/** For each hash of a proof the complete subtrees, from left to right, whose hashes make it. */
export type ProofPlan = readonly (readonly Subtree[])[]

/** Hashes of complete subtrees, in the order asked for, 32 bytes each. */
export type ReadSubtrees = (wanted: readonly Subtree[]) => Promise<readonly Uint8Array[]>

/** Sizes are below 2^63: https://c2sp.org/tlog-witness allows proofs of 63 hashes. */
export const LARGEST_SIZE = 2n ** 63n - 1n
export const LONGEST_PROOF = 63

/** Largest power of two below `size`, which is at least 2: where RFC 6962 §2.1 splits a tree. */
export function splitOf(size: bigint): bigint {
  return 1n << BigInt((size - 1n).toString(2).length - 1)
}

/** The complete subtrees of MTH(D[from:to]), where `from` is a multiple of the largest of them, as in all proofs. */
export function completeSubtrees(from: bigint, to: bigint): Subtree[] {
  const subtrees: Subtree[] = []
  let at = from
  for (let level = to - from > 0n ? (to - from).toString(2).length - 1 : -1; level >= 0; level--) {
    const width = 1n << BigInt(level)
    if (to - at < width) continue
    subtrees.push({ level, index: at >> BigInt(level) })
    at += width
  }
  return subtrees
}

/** The hash over subtrees that lie side by side, largest first. */
export const foldSubtrees = (hashes: readonly Uint8Array[]): Uint8Array => (hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right)))

/** Reads all that a plan wants at once and makes the hashes of the proof. */
export async function makeProof(plan: ProofPlan, read: ReadSubtrees): Promise<Uint8Array[]> {
  const hashes = plan.length === 0 ? [] : await read(plan.flat())
  let next = 0
  return plan.map((subtrees) => foldSubtrees(hashes.slice(next, next += subtrees.length)))
}

/** MTH(D[0:size]). */
export async function readRoot(size: bigint, read: ReadSubtrees): Promise<Uint8Array> {
  return (await makeProof([completeSubtrees(0n, size)], read))[0] as Uint8Array
}
