/** The verdict on a proof, and the bounds that hold before anything is hashed. */
import { LARGEST_SIZE, LONGEST_PROOF } from './subtrees.js'

export type ProofFault =
  /** A size that no tree has, or none that a proof can be about. */
  | 'size-out-of-range'
  | 'index-out-of-range'
  | 'sizes-out-of-order'
  /** More hashes than any tree has levels. */
  | 'proof-too-long'
  /** A hash that is not 32 bytes long. */
  | 'bad-hash-length'
  /** Too many or too few hashes for these sizes. */
  | 'wrong-proof-length'
  | 'wrong-root'

export type ProofCheck = { readonly ok: true } | { readonly ok: false; readonly fault: ProofFault }

export const PROVED: ProofCheck = { ok: true }
export const refuted = (fault: ProofFault): ProofCheck => ({ ok: false, fault })

export const isTreeSize = (size: bigint): boolean => size >= 0n && size <= LARGEST_SIZE

/** Undefined where the proof and the other hashes are of a sound shape. */
export function shapeFault(proof: readonly Uint8Array[], ...hashes: readonly Uint8Array[]): ProofFault | undefined {
  if (proof.length > LONGEST_PROOF) return 'proof-too-long'
  return [...proof, ...hashes].some(({ length }) => length !== 32) ? 'bad-hash-length' : undefined
}
