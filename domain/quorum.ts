/**
 * Quorum arithmetic, the one place it is written.
 * Two quorums share at least 2q-n validators; agreement needs one honest among them, so 2q-n >= f+1. Liveness needs
 * q <= n-f. q = ceil((n+f+1)/2) is the least q that meets both. For five validators that is 4; a quorum of 3 of 5
 * lets one liar certify two blocks.
 */

/** How many of `n` validators may be faulty: floor((n-1)/3). */
export function faultTolerance(n: number): number {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`validator count must be at least 1, got ${n}`)
  return Math.floor((n - 1) / 3)
}

/** Signatures a certificate needs among `n` validators. */
export function quorumSize(n: number): number {
  return Math.ceil((n + faultTolerance(n) + 1) / 2)
}
