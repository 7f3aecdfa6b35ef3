/** SHA-256, always under a domain tag, so that bytes hashed for one purpose never verify for another. */
import { sha256 as sha256Noble } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, utf8ToBytes } from './bytes.js'

/** The same function twice, since whoever wants hex should not pay for bytes that are thrown away. */
export type Sha256 = {
  bytes(input: Uint8Array): Uint8Array
  /** Lowercase. */
  hex(input: Uint8Array): string
}

const PORTABLE: Sha256 = { bytes: (input) => sha256Noble(input), hex: (input) => bytesToHex(sha256Noble(input)) }
let current = PORTABLE

/** Lengths around the edges of SHA-256's blocks and padding. */
const PROBE_LENGTHS = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]

/**
 * Lets a shell bring its platform's SHA-256, which is several times faster and otherwise the same: an implementation
 * that gives other bytes is refused, so this is no way to change what anything hashes to.
 */
export function useSha256(implementation: Sha256): void {
  for (const length of PROBE_LENGTHS) {
    const probe = Uint8Array.from({ length }, (_, i) => (i * 31 + length) & 0xff)
    const expected = PORTABLE.hex(probe)
    if (implementation.hex(probe) !== expected || bytesToHex(implementation.bytes(probe)) !== expected) {
      throw new Error(`this SHA-256 gives another hash for ${length} bytes`)
    }
  }
  current = implementation
}

export const sha256 = (bytes: Uint8Array): Uint8Array => current.bytes(bytes)

/** Lowercase hex of SHA-256. */
export const sha256Hex = (bytes: Uint8Array): string => current.hex(bytes)

/** `tag` as UTF-8 followed by one zero byte. */
export const tagBytes = (tag: string): Uint8Array => concatBytes(utf8ToBytes(tag), Uint8Array.of(0))

/** SHA-256(tag ‖ 0x00 ‖ bytes), lowercase hex. */
export function taggedHash(tag: string, bytes: Uint8Array): string {
  return sha256Hex(concatBytes(tagBytes(tag), bytes))
}
