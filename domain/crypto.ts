/** The two signature operations the domain needs, as a port: pure rooms decide, a shell brings the algorithm. */

/** ZIP-215 Ed25519 verification, or a stricter one where that is said. Never throws: malformed keys or signatures are simply invalid. */
export type VerifySignature = {
  (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** What this stricter one accepts, is accepted. */
  readonly isImpliedBy?: VerifySignature
}

/** Holds one private key. */
export type Signer = {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

export const PUBLIC_KEY_BYTES = 32
export const SIGNATURE_BYTES = 64
