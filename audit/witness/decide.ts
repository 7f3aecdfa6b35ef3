/**
 * Whether a witness may cosign: only what continues the tree it cosigned last.
 * https://c2sp.org/tlog-witness#add-checkpoint
 */
import { bytesEqual } from '../../domain/bytes.js'
import { EMPTY_ROOT } from '../../domain/merkle.js'
import { verifyConsistency } from '../tree/consistency.js'
import type { ProofFault } from '../tree/proof-check.js'

export type Tree = { readonly size: bigint; readonly root: Uint8Array }

export type WitnessDecision =
  | { readonly kind: 'cosign' }
  /** The old size is larger than the new one. */
  | { readonly kind: 'sizes-out-of-order' }
  /** The log must prove from the size that this witness cosigned last. */
  | { readonly kind: 'other-size'; readonly size: bigint }
  /** Two trees of one size: the log forked. */
  | { readonly kind: 'other-root' }
  /** The new tree does not continue the old one, or this proof does not show it. */
  | { readonly kind: 'refuted'; readonly fault: ProofFault }

const COSIGN: WitnessDecision = { kind: 'cosign' }

/** @param latest the tree cosigned last; undefined where none was */
export function decideCosigning(latest: Tree | undefined, oldSize: bigint, proof: readonly Uint8Array[], next: Tree): WitnessDecision {
  if (oldSize > next.size) return { kind: 'sizes-out-of-order' }
  const size = latest?.size ?? 0n
  if (oldSize !== size) return { kind: 'other-size', size }
  if (next.size === 0n && !bytesEqual(next.root, EMPTY_ROOT)) return { kind: 'refuted', fault: 'wrong-root' }
  if (latest === undefined || size === 0n) return proof.length === 0 ? COSIGN : { kind: 'refuted', fault: 'wrong-proof-length' }
  if (next.size === size && !bytesEqual(next.root, latest.root)) return { kind: 'other-root' }
  const check = verifyConsistency({ size1: size, root1: latest.root, size2: next.size, root2: next.root, proof })
  return check.ok ? COSIGN : { kind: 'refuted', fault: check.fault }
}
