/**
 * Canonical JSON (RFC 8785), as far as it is used here: whole numbers, no white space, keys in rising order. Anything
 * else is refused with the place, so a value has one spelling and no byte of a file is without meaning.
 */
import { refuse, type Part } from './fault.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const MAX_DEPTH = 8
const NUMBER = /-?(?:0|[1-9]\d{0,15})/y
const STRING = /"(?:[^"\\]|\\.)*"/y
/** What decoding puts in the place of bytes that are none; nothing that is read here has it otherwise. */
const NOT_UTF8 = '\ufffd'
const WORDS: readonly (readonly [string, Json])[] = [['null', null], ['true', true], ['false', false]]

/** @param partAt which part of the bundle a place belongs to, given the keys that lead there */
export function parseCanonical(text: string, partAt: (keys: readonly string[]) => Part): Json {
  const keys: string[] = []
  let at = 0
  let depth = 0
  const fail = (reason: string): never => refuse(partAt(keys), `${reason} at character ${at}${keys.length === 0 ? '' : `, in ${keys.join('.')}`}`)
  const take = (expected: string): void => {
    if (!text.startsWith(expected, at)) fail(`"${expected}" is missing`)
    at += expected.length
  }
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }

  function string(): string {
    const token = match(STRING) ?? fail('a text is missing')
    let value: unknown
    try {
      value = JSON.parse(token)
    } catch {
      return fail('a text cannot be read')
    }
    if (JSON.stringify(value) !== token) fail('a text has a shorter spelling')
    if (token.includes(NOT_UTF8)) fail('a text is not UTF-8')
    at += token.length
    return value as string
  }

  function object(): Json {
    const members: Record<string, Json> = Object.create(null) as Record<string, Json>
    let last: string | undefined
    take('{')
    while (text[at] !== '}') {
      if (last !== undefined) {
        // A text that ends too early is noticed here.
        keys.push(last)
        take(',')
        keys.pop()
      }
      const key = string()
      if (last !== undefined && last >= key) fail(`the member "${key}" is out of order`)
      last = key
      keys.push(key)
      take(':')
      members[key] = value()
      keys.pop()
    }
    at += 1
    return members
  }

  function array(): Json {
    const items: Json[] = []
    take('[')
    while (text[at] !== ']') {
      if (items.length > 0) take(',')
      items.push(value())
    }
    at += 1
    return items
  }

  function nested(read: () => Json): Json {
    depth += 1
    if (depth > MAX_DEPTH) fail('nested too deeply')
    const members = read()
    depth -= 1
    return members
  }

  function value(): Json {
    if (text[at] === '{') return nested(object)
    if (text[at] === '[') return nested(array)
    if (text[at] === '"') return string()
    for (const [word, meaning] of WORDS) {
      if (!text.startsWith(word, at)) continue
      at += word.length
      return meaning
    }
    const token = match(NUMBER) ?? fail('a value is missing')
    if (String(Number(token)) !== token) fail('a number is out of range')
    at += token.length
    return Number(token)
  }

  const whole = value()
  if (at !== text.length) fail(`${text.length - at} characters too many`)
  return whole
}

/** The canonical text of what was read by JSON.parse; genesis files are written for people. */
export function canonicalOf(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalOf).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const object = value as { readonly [key: string]: Json }
  return `{${Object.keys(object).sort().map((key) => `${JSON.stringify(key)}:${canonicalOf(object[key] as Json)}`).join(',')}}`
}
