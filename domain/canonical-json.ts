/** Canonical JSON (RFC 8785): sorted keys, no white space, ECMAScript numbers. Equal values give equal bytes. */
import { utf8ToBytes } from './bytes.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Throws TypeError for a number that JSON cannot carry, and for undefined members. */
export const canonicalJson = (value: Json): string => (isCanonical(value) ? JSON.stringify(value) : sorted(value))

/** Whether JSON.stringify, which is a good deal faster, gives canonical JSON: keys stand in order, and all is JSON. */
function isCanonical(value: unknown): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every(isCanonical)
  let before: string | undefined
  for (const key in value) {
    if (before !== undefined && before >= key) return false
    before = key
    if (!isCanonical((value as Readonly<Record<string, unknown>>)[key])) return false
  }
  return true
}

function sorted(value: Json): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON cannot carry ${value}`)
    return JSON.stringify(value)
  }
  if (value === null || typeof value !== 'object') {
    if (value === undefined) throw new TypeError('JSON cannot carry undefined')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(sorted).join(',')}]`
  const object = value as { readonly [key: string]: Json }
  // RFC 8785 §3.2.3: keys sort by UTF-16 code units, which is what Array.prototype.sort does.
  const members = Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${sorted(object[key] as Json)}`)
  return `{${members.join(',')}}`
}

export const canonicalJsonBytes = (value: Json): Uint8Array => utf8ToBytes(canonicalJson(value))
