/** SHA-256, always under a domain tag, so that bytes hashed for one purpose never verify for another. */
import { sha256 as sha256Noble } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, utf8ToBytes } from './bytes.js'

export const sha256 = (bytes: Uint8Array): Uint8Array => sha256Noble(bytes)

/** Lowercase hex of SHA-256. */
export const sha256Hex = (bytes: Uint8Array): string => bytesToHex(sha256Noble(bytes))

/** `tag` as UTF-8 followed by one zero byte. */
export const tagBytes = (tag: string): Uint8Array => concatBytes(utf8ToBytes(tag), Uint8Array.of(0))

/** SHA-256(tag ‖ 0x00 ‖ bytes), lowercase hex. */
export function taggedHash(tag: string, bytes: Uint8Array): string {
  return sha256Hex(concatBytes(tagBytes(tag), bytes))
}
