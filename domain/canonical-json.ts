/** Canonical JSON (RFC 8785): sorted keys, no white space, ECMAScript numbers. Equal values give equal bytes. */
import { utf8ToBytes } from './bytes.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Throws TypeError for a number that JSON cannot carry, and for undefined members. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON cannot carry ${value}`)
    return JSON.stringify(value)
  }
  if (value === null || typeof value !== 'object') {
    if (value === undefined) throw new TypeError('JSON cannot carry undefined')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`
  const object = value as { readonly [key: string]: Json }
  // RFC 8785 §3.2.3: keys sort by UTF-16 code units, which is what Array.prototype.sort does.
  const members = Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`)
  return `{${members.join(',')}}`
}

export const canonicalJsonBytes = (value: Json): Uint8Array => utf8ToBytes(canonicalJson(value))
