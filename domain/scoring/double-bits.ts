/** Doubles as the 16 hex digits of their IEEE 754 bits, sign first: what is compared between machines is never rounded. */
import { bytesToHex } from '../hex.js'

const DIGITS = /^[0-9a-f]{16}$/
const bytes = new Uint8Array(8)
const view = new DataView(bytes.buffer)

const NAN_BITS = '7ff8000000000000'

/** NaN, which has many bit patterns, has one here. */
export function bitsOf(value: number): string {
  if (Number.isNaN(value)) return NAN_BITS
  view.setFloat64(0, value)
  return bytesToHex(bytes)
}

/** Undefined where these are not 16 lowercase hex digits, infinite, or another NaN than ours. */
export function doubleOfBits(bits: unknown): number | undefined {
  if (typeof bits !== 'string' || !DIGITS.test(bits)) return undefined
  view.setUint32(0, parseInt(bits.slice(0, 8), 16))
  view.setUint32(4, parseInt(bits.slice(8), 16))
  const value = view.getFloat64(0)
  return Number.isFinite(value) || bits === NAN_BITS ? value : undefined
}
