/**
 * Bytes of JSON written one after the other into memory that is there already. Where the memory is too small nothing is
 * written behind its end, but counted: `at` then is at least what is needed, and the same is written again into more.
 */
export type Sink = { bytes: Uint8Array; at: number }

export const didFit = ({ bytes, at }: Sink): boolean => at <= bytes.length

const encoder = new TextEncoder()
const MOST_UTF8_BYTES = 3
const QUOTE = 34
const MINUS = 45
const ZERO = 48
const BACKSLASH = 92

export const bytesOfText = (text: string): Uint8Array => encoder.encode(text)

/** Room for `count` bytes at the end, which begins where it says; undefined where they only are counted. */
function reserve(sink: Sink, count: number): number | undefined {
  const start = sink.at
  sink.at = start + count
  return sink.at <= sink.bytes.length ? start : undefined
}

export function putBytes(sink: Sink, constant: Uint8Array): void {
  const start = reserve(sink, constant.length)
  if (start === undefined) return
  const { bytes } = sink
  for (let i = 0; i < constant.length; i++) bytes[start + i] = constant[i] as number
}

export function putByte(sink: Sink, byte: number): void {
  const start = reserve(sink, 1)
  if (start !== undefined) sink.bytes[start] = byte
}

/** Any text as UTF-8; halves of pairs that stand alone become U+FFFD, as everywhere. */
export function putText(sink: Sink, text: string): void {
  const { bytes, at } = sink
  const most = text.length * MOST_UTF8_BYTES
  if (at >= bytes.length) {
    sink.at += most
    return
  }
  const { read, written } = encoder.encodeInto(text, bytes.subarray(at))
  sink.at += read === text.length ? written : Math.max(most, bytes.length - at + 1)
}

/** The ASCII characters that a text may have, by code. */
export type Alphabet = Uint8Array

const CODES = 256

export function alphabetOf(characters: string): Alphabet {
  const alphabet = new Uint8Array(CODES)
  for (const character of characters) alphabet[character.charCodeAt(0)] = 1
  return alphabet
}

/** Writes `text` from index `from` to `to`; false where a character is not in the alphabet. */
export function putOf(alphabet: Alphabet, sink: Sink, text: string, from: number, to: number): boolean {
  const start = reserve(sink, to - from)
  const { bytes } = sink
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code >= CODES || alphabet[code] === 0) return false
    if (start !== undefined) bytes[start + i - from] = code
  }
  return true
}

/** Above this one native copy, checked afterwards, is faster than to write each character. */
const LONG = 128

/** The same as `putOf` for all of a text that may be long. */
export function putLongOf(alphabet: Alphabet, sink: Sink, text: string, to: number): boolean {
  const { bytes, at } = sink
  if (to < LONG || at + text.length > bytes.length) return putOf(alphabet, sink, text, 0, to)
  // A character that is not ASCII leaves bytes that no alphabet has, or too few of them.
  const { written } = encoder.encodeInto(text, bytes.subarray(at, at + text.length))
  if (written !== text.length) return false
  const end = at + to
  let wrong = 0
  for (let i = at; i < end; i++) wrong |= (alphabet[bytes[i] as number] as number) ^ 1
  sink.at = end
  return wrong === 0
}

/** Of ASCII all that needs no escape. */
const PLAIN = new Uint8Array(CODES).map((_, code) => (code < 32 || code > 127 || code === QUOTE || code === BACKSLASH ? 0 : 1))

/** A JSON string, as JSON.stringify writes it. */
export function putString(sink: Sink, text: string): void {
  const start = sink.at
  putByte(sink, QUOTE)
  if (putOf(PLAIN, sink, text, 0, text.length)) {
    putByte(sink, QUOTE)
    return
  }
  sink.at = start
  putText(sink, JSON.stringify(text))
}

const HALF = 100_000_000

/** A safe integer in decimal. */
export function putInteger(sink: Sink, value: number): void {
  if (value < 0) {
    putByte(sink, MINUS)
    putInteger(sink, -value)
    return
  }
  const high = Math.floor(value / HALF)
  if (high > 0) {
    putDigits(sink, high, digitsIn(high))
    putDigits(sink, value - high * HALF, 8)
  } else {
    putDigits(sink, value, digitsIn(value))
  }
}

/** @param value a safe integer from 0 */
export function digitsIn(value: number): number {
  let digits = 1
  for (let limit = 10; value >= limit; limit *= 10) digits += 1
  return digits
}

function putDigits(sink: Sink, value: number, digits: number): void {
  const start = reserve(sink, digits)
  if (start === undefined) return
  const { bytes } = sink
  let rest = value | 0
  for (let i = start + digits - 1; i >= start; i--) {
    const next = (rest / 10) | 0
    bytes[i] = ZERO + rest - next * 10
    rest = next
  }
}
