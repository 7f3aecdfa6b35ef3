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

/** Written anew for each hash, since an array for one costs more than the hash itself. Room for nearly every message. */
const preimage = new Uint8Array(64 * 1024)

/** The parts one after another; valid until the next call. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  if (length > preimage.length) return concatBytes(...parts)
  let offset = 0
  for (const part of parts) {
    preimage.set(part, offset)
    offset += part.length
  }
  return preimage.subarray(0, length)
}

/** SHA-256 of the parts one after another. */
export const sha256Of = (...parts: readonly Uint8Array[]): Uint8Array => sha256(joined(parts))

/** Lowercase hex of the same. */
export const sha256HexOf = (...parts: readonly Uint8Array[]): string => sha256Hex(joined(parts))

const encoder = new TextEncoder()

/** SHA-256 of a text as UTF-8. */
export function sha256OfText(text: string): Uint8Array {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (text.length * 3 > preimage.length) return sha256(utf8ToBytes(text))
  return sha256(preimage.subarray(0, encoder.encodeInto(text, preimage).written))
}

/** `tag` as UTF-8 followed by one zero byte. */
export const tagBytes = (tag: string): Uint8Array => concatBytes(utf8ToBytes(tag), Uint8Array.of(0))

/** The tags are a handful of constants of this program. */
const tags = new Map<string, Uint8Array>()

function knownTag(tag: string): Uint8Array {
  const known = tags.get(tag) ?? tagBytes(tag)
  tags.set(tag, known)
  return known
}

/** SHA-256(tag ‖ 0x00 ‖ bytes), lowercase hex; the bytes may come in parts. */
export const taggedHash = (tag: string, ...bytes: readonly Uint8Array[]): string => sha256HexOf(knownTag(tag), ...bytes)
