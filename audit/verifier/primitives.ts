/** The two primitives that everything here rests on. Whoever copies this folder may put others in their place. */
import { hashes, verify } from '@noble/ed25519'
import { sha256, sha512 } from '@noble/hashes/sha2.js'

export type Primitives = {
  sha256(bytes: Uint8Array): Uint8Array
  /** Ed25519 as ZIP-215 defines it, which is what the network votes by. Never throws. */
  verifyEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

export const PRIMITIVES: Primitives = {
  sha256: (bytes) => sha256(bytes),
  verifyEd25519(signature, message, publicKey) {
    hashes.sha512 ??= sha512
    try {
      return verify(signature, message, publicKey, { zip215: true })
    } catch {
      return false
    }
  },
}
