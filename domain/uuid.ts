/** Name-based UUIDs (RFC 9562 §5.5): the same happening always gets the same event id. */
import { sha1 } from '@noble/hashes/legacy.js'
import { concatBytes, hexToBytes, utf8ToBytes } from './bytes.js'
import { uuidOfBytes } from './ids.js'

/** Namespace of all CyberMesh event ids. */
const NAMESPACE = hexToBytes('6f1b2c0ea5c14f5e9d3b7a4280c6d911')

/** UUIDv5 of `name` in the CyberMesh namespace, lowercase with dashes. */
export function uuidV5(name: string): string {
  const bytes = sha1(concatBytes(NAMESPACE, utf8ToBytes(name))).slice(0, 16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return uuidOfBytes<string>(bytes)
}
