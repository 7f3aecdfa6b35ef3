/** Hex, concatenation and UTF-8 without a library's checks: state and certificates are hashed tens of thousands of times a second. */

const DIGITS = '0123456789abcdef'
const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) => (DIGITS[byte >> 4] as string) + (DIGITS[byte & 15] as string))
const NO_DIGIT = 255
const VALUE_OF_CODE = new Uint8Array(128).fill(NO_DIGIT)
for (const [value, digit] of [...DIGITS].entries()) {
  VALUE_OF_CODE[digit.charCodeAt(0)] = value
  VALUE_OF_CODE[digit.toUpperCase().charCodeAt(0)] = value
}

/** Lowercase. */
export function bytesToHex(bytes: Uint8Array): string {
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += HEX_OF_BYTE[bytes[i] as number] as string
  return hex
}

/** Throws RangeError on an odd length and on anything that is no hex digit. */
export function hexToBytes(hex: string): Uint8Array {
  if (hex.length % 2 !== 0) throw new RangeError(`hex of odd length ${hex.length}`)
  const bytes = new Uint8Array(hex.length / 2)
  hexInto(hex, bytes, 0)
  return bytes
}

/** Writes the bytes of `hex`, which has an even length, into `target` from `offset` on. */
export function hexInto(hex: string, target: Uint8Array, offset: number): void {
  for (let i = 0; i < hex.length; i += 2) {
    const high = valueAt(hex, i)
    const low = valueAt(hex, i + 1)
    if (high === NO_DIGIT || low === NO_DIGIT) throw new RangeError(`not a hex digit near position ${i}`)
    target[offset + (i >> 1)] = (high << 4) | low
  }
}

function valueAt(hex: string, index: number): number {
  const code = hex.charCodeAt(index)
  return code < 128 ? (VALUE_OF_CODE[code] as number) : NO_DIGIT
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

const encoder = new TextEncoder()
// A plain array whatever the platform's encoder returns.
export const utf8ToBytes = (text: string): Uint8Array => new Uint8Array(encoder.encode(text))
