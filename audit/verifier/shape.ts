/** Takes values out of parsed JSON: exactly the members that belong there, each of its kind. */
import type { Json } from './canonical.js'
import { demand, refuse, type Part } from './fault.js'

export type Members = { readonly [key: string]: Json }

/** An object with these members and no others. */
export function membersOf(value: Json | undefined, names: readonly string[], part: Part, what: string): Members {
  if (value === null || value === undefined || typeof value !== 'object' || Array.isArray(value)) return refuse(part, `${what} must be an object`)
  const members = value as Members
  for (const name of names) demand(name in members, part, `${what} lacks the member "${name}"`)
  const extra = Object.keys(members).find((name) => !names.includes(name))
  demand(extra === undefined, part, `${what} has a member "${extra}", which does not belong there`)
  return members
}

export function textIn(members: Members, name: string, part: Part): string {
  const value = members[name]
  return typeof value === 'string' ? value : refuse(part, `${name} must be a text`)
}

export function wholeIn(members: Members, name: string, part: Part): number {
  const value = members[name]
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse(part, `${name} must be a whole number`)
}

/** A 64-bit integer as a decimal text without leading zeros. */
export function decimalIn(members: Members, name: string, part: Part): number {
  return decimalOf(textIn(members, name, part), part, name)
}

export function decimalOf(text: string, part: Part, what: string): number {
  const value = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : refuse(part, `${what} must be a decimal number`)
}

/** A list of texts, refused above `limit` before anything is done with it. */
export function textsIn(members: Members, name: string, limit: number, part: Part): readonly string[] {
  return listIn(members, name, limit, part).map((item) => (typeof item === 'string' ? item : refuse(part, `${name} must hold texts`)))
}

export function listIn(members: Members, name: string, limit: number, part: Part): readonly Json[] {
  const value = members[name]
  if (!Array.isArray(value)) return refuse(part, `${name} must be a list`)
  const list = value as readonly Json[]
  demand(list.length <= limit, part, `${name} has ${list.length} items, at most ${limit} are allowed`)
  return list
}
