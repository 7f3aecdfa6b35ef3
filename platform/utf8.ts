/** UTF-8 to text, quickly where it is ASCII, as nearly all that is stored here is. */
import { isAscii } from 'node:buffer'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Throws TypeError where bytes are not UTF-8. */
export function textOfUtf8(bytes: Uint8Array): string {
  return isAscii(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') : decoder.decode(bytes)
}
