/**
 * What all wire messages share: reading numbers and bytes out of decoded protobuf without surprises, and the rule that
 * a message is accepted only in its one canonical encoding, so that equal messages have equal bytes and equal hashes.
 */
import { bytesEqual } from '../bytes.js'

/** Why bytes are not the message they claim to be; `field` is the wire name. */
export type Malformed = { readonly ok: false; readonly code: 'MALFORMED'; readonly field: string; readonly reason: string }

/** Thrown inside a decoder and turned into `Malformed` by `decodeCanonical`; never leaves this folder. */
export class FieldError extends Error {
  constructor(readonly field: string, readonly reason: string) {
    super(`${field}: ${reason}`)
    this.name = 'FieldError'
  }
}

type Codec<T> = { decode(bytes: Uint8Array): T }
export type Decoded<M> = { readonly ok: true; readonly message: M } | Malformed

/**
 * Decodes, checks each field with `read`, and compares `encode(message)` with the input byte for byte: unknown fields,
 * repeated fields, long varints and broken UTF-8 are refused. Never throws.
 */
export function decodeCanonical<T, M>(codec: Codec<T>, bytes: Uint8Array, read: (wire: T) => M, encode: (message: M) => Uint8Array): Decoded<M> {
  let wire: T
  try {
    wire = codec.decode(bytes)
  } catch (error) {
    return malformed('message', `not protobuf: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
  try {
    const message = read(wire)
    if (!bytesEqual(encode(message), bytes)) return malformed('message', 'not the canonical encoding of its content')
    return { ok: true, message }
  } catch (error) {
    if (error instanceof FieldError) return malformed(error.field, error.reason)
    throw error
  }
}

export const malformed = (field: string, reason: string): Malformed => ({ ok: false, code: 'MALFORMED', field, reason })

/** A plain copy: decoded bytes are views that would keep the whole input alive. */
export const copyBytes = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

/** A 64-bit field as a safe non-negative integer of at most `max`. */
export function natural(field: string, value: number | { toNumber(): number }, max = Number.MAX_SAFE_INTEGER): number {
  const number = typeof value === 'number' ? value : value.toNumber()
  if (!Number.isSafeInteger(number) || number < 0 || number > max) throw new FieldError(field, `must be an integer from 0 to ${max}`)
  return number
}

/** Seconds whose milliseconds are still a safe integer. */
export const MAX_SECONDS = Math.floor(Number.MAX_SAFE_INTEGER / 1000)
export const seconds = (field: string, value: number | { toNumber(): number }): number => natural(field, value, MAX_SECONDS)

export function exactly(field: string, value: Uint8Array, length: number): Uint8Array {
  if (value.length !== length) throw new FieldError(field, `must be ${length} bytes, got ${value.length}`)
  return copyBytes(value)
}

export function atMost(field: string, value: Uint8Array, limit: number): Uint8Array {
  if (value.length > limit) throw new FieldError(field, `${value.length} bytes exceed the limit of ${limit}`)
  return copyBytes(value)
}

/** UTF-8 length in bytes is what the limit counts. */
export function shortText(field: string, value: string, limit: number, options: { readonly required: boolean } = { required: false }): string {
  if (options.required && value === '') throw new FieldError(field, 'must not be empty')
  // A UTF-16 unit takes at most three bytes of UTF-8, so short texts need no encoding to be measured.
  if (value.length * 3 > limit && new TextEncoder().encode(value).length > limit) throw new FieldError(field, `exceeds the limit of ${limit} bytes`)
  return value
}

export const MAX_TEXT_BYTES = 256
export const NONCE_BYTES = 16
export const HASH_BYTES = 32
