/** Another private key from one that is there: no key does two jobs, and no second file needs a backup. */
import { hkdfSync } from 'node:crypto'
import { SEED_BYTES } from './ed25519.js'

/** HKDF-SHA256 (RFC 5869). @returns 32 bytes of private key */
export function deriveSeed(seed: Uint8Array, salt: Uint8Array, purpose: string): Uint8Array {
  if (seed.length !== SEED_BYTES) throw new RangeError(`an Ed25519 seed has ${SEED_BYTES} bytes, got ${seed.length}`)
  return new Uint8Array(hkdfSync('sha256', seed, salt, purpose, SEED_BYTES))
}
