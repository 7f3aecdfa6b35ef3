/** What readers ask. Every answer is of one generation; what the hot set cannot answer comes from the hour buckets. */
import type { HashFields, ScoredMember, ScoreRange } from '../store.js'
import { runBinaryOn, runOn, runOnAll, type Core, type Generation } from './core.js'
import { redisErrorFrom, TimelinesHealingError } from './errors.js'
import { anomalyOf, generationHome, shardOf } from './layout.js'
import { COUNT, HASH, RANGE } from './lua/read.js'
import { unpackFields, unpackMember } from './pack.js'
import { script } from './run-script.js'
import { healingOf } from './states.js'

const COUNT_SCRIPT = script(COUNT)
const RANGE_SCRIPT = script(RANGE)
const HASH_SCRIPT = script(HASH)

type Stamped = readonly [generation: string, epoch: string, heal: string, healAt: string, ...rest: string[]]

export type Reader = {
  zcard(key: string): Promise<number>
  zrangeByScore(key: string, range?: ScoreRange): Promise<readonly ScoredMember[]>
  hgetall(key: string): Promise<HashFields | undefined>
}

export function createReader(core: Core, generation: Generation): Reader {
  let epoch = ''
  /** Throws while the content is being built again, and where it is gone and nobody has begun to. */
  const refuseHalf = (stamps: readonly Stamped[]): void => {
    const healing = healingOf(stamps)
    if (healing !== undefined) throw new TimelinesHealingError(healing.position, healing.target)
    const now = stamps[0]?.[1] ?? ''
    if (now === '' && epoch !== '') throw new TimelinesHealingError(0, undefined)
    epoch = now
  }

  return {
    async zcard(key) {
      const replies = await runOnAll<Stamped>(core, COUNT_SCRIPT, generation, [key])
      refuseHalf(replies)
      return replies.reduce((sum, [, , , , count]) => sum + Number(count), 0)
    },
    async zrangeByScore(key, range = {}) {
      const { min, max, limit, reverse = false } = range
      if (limit === 0) return []
      const replies = await runOnAll<Stamped>(core, RANGE_SCRIPT, generation, [key, min ?? '-inf', max ?? '+inf', limit ?? -1, reverse ? '1' : '0'])
      refuseHalf(replies)
      const shards = await Promise.all(replies.map(([live, , , , isWhole, ...flat], shard) =>
        isWhole === '1' ? pairsOf(flat) : readHistory(core, shard, live, key, range)))
      return shards.length === 1 ? shards[0] as ScoredMember[] : inOrder(shards.flat(), range)
    },
    async hgetall(key) {
      const shard = shardOf(core.layout, anomalyOf(key) ?? key)
      const live = shard === 0 || generation !== '' ? generation : (await runOn<Stamped>(core, COUNT_SCRIPT, 0, generation, [key]))[0]
      const [g, e, heal, healAt, where, ...flat] = await runBinaryOn<Buffer[]>(core, HASH_SCRIPT, shard, live, [key])
      const stamp: Stamped = [String(g), shard === 0 ? String(e) : epoch, String(heal), String(healAt)]
      if (stamp[2] !== '' || shard === 0) refuseHalf([stamp])
      if (String(where) === 'none') return undefined
      return String(where) === 'record' ? unpackFields(flat) : plainFields(flat)
    },
  }
}

const pairsOf = (flat: readonly string[]): ScoredMember[] =>
  Array.from({ length: flat.length / 2 }, (_, i) => ({ member: flat[2 * i] as string, score: Number(flat[2 * i + 1]) }))

const plainFields = (flat: readonly Buffer[]): HashFields =>
  Object.fromEntries(Array.from({ length: flat.length / 2 }, (_, i) => [String(flat[2 * i]), String(flat[2 * i + 1])]))

function inOrder(members: readonly ScoredMember[], { limit, reverse = false }: ScoreRange): ScoredMember[] {
  const sorted = [...members].sort((a, b) => a.score - b.score || (a.member < b.member ? -1 : a.member > b.member ? 1 : 0))
  if (reverse) sorted.reverse()
  return limit === undefined ? sorted : sorted.slice(0, limit)
}

const HOUR_SECONDS = 3600

/** Hour by hour from the end that was asked for, until the page is full. */
async function readHistory({ connection: { client, where }, layout }: Core, shard: number, generation: string, key: string, range: ScoreRange): Promise<ScoredMember[]> {
  const { min = -Infinity, max = Infinity, limit = Infinity, reverse = false } = range
  const home = generationHome(layout, shard, generation)
  try {
    const low = min === -Infinity ? '-inf' : Math.floor(min / HOUR_SECONDS)
    const high = max === Infinity ? '+inf' : Math.floor(max / HOUR_SECONDS)
    const hours = await client.zrangebyscore(`${home}hours:${key}`, low, high)
    if (reverse) hours.reverse()
    const found: ScoredMember[] = []
    for (const hour of hours) {
      const buckets = Math.ceil(Number(await client.hget(`${home}counts:${key}`, hour) ?? 0) / 128)
      const members: ScoredMember[] = []
      for (let index = 0; index < buckets; index++) {
        const flat = await client.zrangeBuffer(`${home}b:${key}:${hour}:${index}`, '0', '-1', 'WITHSCORES')
        for (let i = 0; i < flat.length; i += 2) {
          members.push({ member: unpackMember(flat[i] as Buffer), score: (Number(hour) * HOUR_SECONDS * 1000 + Number(flat[i + 1])) / 1000 })
        }
      }
      found.push(...inOrder(members.filter(({ score }) => score >= min && score <= max), { reverse }))
      if (found.length >= limit) break
    }
    return found.slice(0, limit)
  } catch (error) {
    throw redisErrorFrom(error, where)
  }
}
