/** Reads of the timelines in the words of Redis, and answers as redis-cli prints them. */
import type { TimelineStore } from '../../projections/index.js'
import { UserError } from './user-error.js'

export type TimelineReply = number | readonly string[] | Readonly<Record<string, string>>

export const TIMELINE_COMMANDS = ['ZCARD', 'ZRANGE', 'ZREVRANGE', 'ZRANGEBYSCORE', 'ZREVRANGEBYSCORE', 'HGETALL'] as const

type Scored = { readonly member: string; readonly score: number }

/** @param words command, key and arguments, such as `ZRANGE anomaly:timeline:all 0 -1 WITHSCORES` */
export async function runTimelineCommand(store: TimelineStore, words: readonly string[]): Promise<TimelineReply> {
  const [command = '', key, ...rest] = words
  const name = TIMELINE_COMMANDS.find((known) => known === command.toUpperCase())
  if (name === undefined) throw new UserError('UNKNOWN_COMMAND', `${command || 'nothing'} is not a timeline command; use one of ${TIMELINE_COMMANDS.join(', ')}`)
  if (key === undefined) throw new UserError('BAD_ARGUMENT', `${name} needs a key, such as anomaly:timeline:COMMITTED or anomaly:<id>`)
  switch (name) {
    case 'ZCARD':
      refuseMore(name, rest)
      return store.zcard(key)
    case 'HGETALL':
      refuseMore(name, rest)
      return await store.hgetall(key) ?? {}
    case 'ZRANGE': return byRank(store, key, rest, false)
    case 'ZREVRANGE': return byRank(store, key, rest, true)
    case 'ZRANGEBYSCORE': return byScore(store, key, rest, false)
    case 'ZREVRANGEBYSCORE': return byScore(store, key, rest, true)
  }
}

function refuseMore(name: string, rest: readonly string[]): void {
  if (rest.length > 0) throw new UserError('BAD_ARGUMENT', `${name} takes one key and nothing more, got ${rest[0]}`)
}

type Modifiers = { withScores: boolean; reverse: boolean; offset: number; count: number }

function modifiersOf(words: readonly string[], reverse: boolean): Modifiers {
  const modifiers: Modifiers = { withScores: false, reverse, offset: 0, count: Infinity }
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] as string).toUpperCase()
    if (word === 'WITHSCORES') modifiers.withScores = true
    else if (word === 'REV') modifiers.reverse = true
    else if (word === 'LIMIT') {
      modifiers.offset = integerOf(words[++i])
      const count = integerOf(words[++i])
      modifiers.count = count < 0 ? Infinity : count
    } else throw new UserError('BAD_ARGUMENT', `${words[i]} is not understood; WITHSCORES, REV and LIMIT offset count are`)
  }
  return modifiers
}

async function byRank(store: TimelineStore, key: string, [start, stop, ...words]: readonly string[], isReverse: boolean): Promise<readonly string[]> {
  const { withScores, reverse } = modifiersOf(words, isReverse)
  const size = await store.zcard(key)
  const from = rankOf(integerOf(start), size)
  const to = rankOf(integerOf(stop), size)
  if (to < from) return []
  const members = await store.zrangeByScore(key, { reverse, limit: to + 1 })
  return flat(members.slice(Math.max(0, from)), withScores)
}

/** -1 is the last. */
const rankOf = (rank: number, size: number): number => (rank < 0 ? size + rank : rank)

async function byScore(store: TimelineStore, key: string, [first, second, ...words]: readonly string[], isReverse: boolean): Promise<readonly string[]> {
  const { withScores, reverse, offset, count } = modifiersOf(words, isReverse)
  const [low, high] = isReverse ? [boundOf(second), boundOf(first)] : [boundOf(first), boundOf(second)]
  const members = await store.zrangeByScore(key, {
    reverse, ...(Number.isFinite(low.score) ? { min: low.score } : {}), ...(Number.isFinite(high.score) ? { max: high.score } : {}),
  })
  if (low.score === Infinity || high.score === -Infinity) return []
  const inside = members.filter(({ score }) => (low.isOpen ? score > low.score : score >= low.score) && (high.isOpen ? score < high.score : score <= high.score))
  return flat(inside.slice(offset, offset + count), withScores)
}

/** `5`, `(5` for what lies beyond 5, `-inf`, `+inf`. */
function boundOf(text: string | undefined): { score: number; isOpen: boolean } {
  const isOpen = text?.startsWith('(') === true
  const digits = isOpen ? text.slice(1) : text ?? ''
  const score = /^[+-]?inf$/i.test(digits) ? (digits.startsWith('-') ? -Infinity : Infinity) : digits === '' ? NaN : Number(digits)
  if (Number.isNaN(score)) throw new UserError('BAD_ARGUMENT', `a score range goes from one number to another, such as -inf +inf; got ${text ?? 'nothing'}`)
  return { score, isOpen }
}

function integerOf(text: string | undefined): number {
  if (text === undefined || !/^-?\d{1,15}$/.test(text)) throw new UserError('BAD_ARGUMENT', `a range needs whole numbers, such as 0 -1 for all; got ${text ?? 'nothing'}`)
  return Number(text)
}

const flat = (members: readonly Scored[], withScores: boolean): string[] => members.flatMap(({ member, score }) => (withScores ? [member, String(score)] : [member]))

/** On a terminal redis-cli numbers and quotes, elsewhere it prints the bare values. */
export function renderReply(reply: TimelineReply, isTerminal: boolean): string {
  if (typeof reply === 'number') return isTerminal ? `(integer) ${reply}` : String(reply)
  const items = Array.isArray(reply) ? reply as readonly string[] : Object.entries(reply as Readonly<Record<string, string>>).flat()
  if (!isTerminal) return items.join('\n')
  if (items.length === 0) return '(empty array)'
  const width = String(items.length).length
  return items.map((item, index) => `${String(index + 1).padStart(width)}) ${JSON.stringify(item)}`).join('\n')
}
