/**
 * The little of CBOR (RFC 8949) that a COSE receipt is made of, in its one deterministic form (§4.2.1): shortest heads,
 * definite lengths, integer keys in order. What is not written this way is not read.
 */
import { concatBytes, utf8ToBytes } from '../../domain/bytes.js'
import { AuditFormatError } from '../errors.js'

export type Cbor = number | Uint8Array | string | null | readonly Cbor[] | CborMap | CborTag
/** Keys are whole numbers. */
export type CborMap = { readonly map: readonly (readonly [number, Cbor])[] }
export type CborTag = { readonly tag: number; readonly value: Cbor }

const UINT = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, TAG = 6
const NULL = 0xf6
const MAX_DEPTH = 8
const MAX_ITEMS = 256

export const isMap = (value: Cbor | undefined): value is CborMap => typeof value === 'object' && value !== null && 'map' in value
export const isTag = (value: Cbor | undefined): value is CborTag => typeof value === 'object' && value !== null && 'tag' in value
export const isArray = (value: Cbor | undefined): value is readonly Cbor[] => Array.isArray(value)

function head(major: number, value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`CBOR head out of range: ${value}`)
  const type = major << 5
  if (value < 24) return Uint8Array.of(type | value)
  const width = value < 0x100 ? 0 : value < 0x1_0000 ? 1 : value < 0x1_0000_0000 ? 2 : 3
  const bytes = new Uint8Array(1 + 2 ** width)
  bytes[0] = type | (24 + width)
  let rest = value
  for (let i = bytes.length - 1; i > 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return bytes
}

const keyOrder = (key: number): number => (key >= 0 ? key : -1 - key + 2 ** 52)

export function encodeCbor(value: Cbor): Uint8Array {
  if (value === null) return Uint8Array.of(NULL)
  if (typeof value === 'number') return value >= 0 ? head(UINT, value) : head(NEGATIVE, -1 - value)
  if (typeof value === 'string') return withHead(TEXT, utf8ToBytes(value))
  if (value instanceof Uint8Array) return withHead(BYTES, value)
  if (isArray(value)) return concatBytes(head(ARRAY, value.length), ...value.map(encodeCbor))
  if (isTag(value)) return concatBytes(head(TAG, value.tag), encodeCbor(value.value))
  const entries = [...(value as CborMap).map].sort(([a], [b]) => keyOrder(a) - keyOrder(b))
  return concatBytes(head(MAP, entries.length), ...entries.flatMap(([key, member]) => [encodeCbor(key), encodeCbor(member)]))
}

const withHead = (major: number, bytes: Uint8Array): Uint8Array => concatBytes(head(major, bytes.length), bytes)

/** Throws AuditFormatError naming `field`. */
export function decodeCbor(bytes: Uint8Array, field: string): Cbor {
  let at = 0
  const refuse = (reason: string): never => {
    throw new AuditFormatError(field, `${reason} at byte ${at}`)
  }
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) refuse('ends too early')
    at += length
    return bytes.slice(at - length, at)
  }
  const argument = (info: number): number => {
    if (info < 24) return info
    if (info > 27) return refuse('has a length that is not definite')
    const value = take(2 ** (info - 24)).reduce((sum, byte) => sum * 256 + byte, 0)
    const least = [24, 0x100, 0x1_0000, 0x1_0000_0000][info - 24] as number
    if (value < least || !Number.isSafeInteger(value)) refuse('has a number that is not written the shortest way, or too large')
    return value
  }
  const read = (depth: number): Cbor => {
    if (depth > MAX_DEPTH) refuse('is nested too deeply')
    const initial = take(1)[0] as number
    if (initial === NULL) return null
    const major = initial >> 5
    if (major > TAG) refuse('has a simple value or a float')
    const length = argument(initial & 31)
    if ((major === ARRAY || major === MAP) && length > MAX_ITEMS) refuse(`has ${length} items`)
    switch (major) {
      case UINT: return length
      case NEGATIVE: return -1 - length
      case BYTES: return take(length)
      case TEXT: return textOf(take(length))
      case ARRAY: return Array.from({ length }, () => read(depth + 1))
      case MAP: return { map: Array.from({ length }, () => entry(depth + 1)) }
      default: return { tag: length, value: read(depth + 1) }
    }
  }
  const entry = (depth: number): readonly [number, Cbor] => {
    const key = read(depth)
    return typeof key === 'number' ? [key, read(depth)] : refuse('has a key that is no number')
  }
  const textOf = (text: Uint8Array): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
    } catch {
      return refuse('has a text that is not UTF-8')
    }
  }
  const value = read(0)
  if (at !== bytes.length) refuse(`has ${bytes.length - at} bytes too many`)
  return value
}

export const memberOf = (value: Cbor | undefined, key: number): Cbor | undefined => (isMap(value) ? value.map.find(([name]) => name === key)?.[1] : undefined)
