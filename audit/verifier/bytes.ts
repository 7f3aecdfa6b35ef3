/** Text to bytes and back, one way each: what has two spellings in other decoders has one here. */
import { refuse, type Part } from './fault.js'

const HEX = '0123456789abcdef'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** By the code of the digit. */
function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(128)
  for (let value = 0; value < digits.length; value++) values[digits.charCodeAt(value)] = value
  return values
}

const VALUE_OF_HEX = valuesOf(HEX)
const VALUE_OF_BASE64 = valuesOf(BASE64)

const encoder = new TextEncoder()
export const utf8 = (text: string): Uint8Array => new Uint8Array(encoder.encode(text))

export function textOf(bytes: Uint8Array, part: Part, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return refuse(part, `${what} is not UTF-8`)
  }
}

export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += (HEX[byte >> 4] as string) + (HEX[byte & 15] as string)
  return text
}

/** Lowercase hex of exactly `length` bytes. */
export function bytesOfHex(text: string, length: number, part: Part, what: string): Uint8Array {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) refuse(part, `${what} must be ${2 * length} lowercase hex digits`)
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = ((VALUE_OF_HEX[text.charCodeAt(2 * i)] as number) << 4) | (VALUE_OF_HEX[text.charCodeAt(2 * i + 1)] as number)
  return bytes
}

/** RFC 4648 §4 with padding, and with zero bits where the last digit says nothing (§3.5). */
export function bytesOfBase64(text: string, part: Part, what: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) refuse(part, `${what} is not base64`)
  const digits = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0)
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (let i = 0; i < digits; i++) {
    held = (held << 6) | (VALUE_OF_BASE64[text.charCodeAt(i)] as number)
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >> bits
    held &= (1 << bits) - 1
  }
  if (held !== 0) refuse(part, `${what} is base64 with bits that say nothing and are not zero`)
  return bytes
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** A domain tag: its text and one zero byte. */
export const tag = (text: string): Uint8Array => concat(utf8(text), Uint8Array.of(0))

/** Unsigned 64-bit big-endian of a safe integer. */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
