/** All that a generation holds, key by key, in a form that can be compared and shown: names without the generation, content by field or member. */
import type { Redis } from 'ioredis'
import { ALL_TIMELINE, anomalyKey } from '../keys.js'
import type { Core } from './core.js'
import { forEachKeys, readPointer } from './generations.js'
import { generationHome } from './layout.js'

export type NamedKey = {
  readonly shard: number
  /** Behind the home of the generation; the live one of a single Redis has its hot keys without one. */
  readonly name: string
}

/** Bytes as latin1: field -> value of a hash, member -> score of a sorted set, member -> '' of a set. */
export type Content = { readonly kind: string; readonly parts: ReadonlyMap<string, string> }

/** Visits every key of a generation once, a part at a time. The generation must not be written to meanwhile. */
export async function forEachNamed(core: Core, generation: string, visit: (client: Redis, keys: readonly NamedKey[]) => Promise<void>): Promise<void> {
  const { layout } = core
  const homes = Array.from({ length: layout.shards }, (_, shard) => generationHome(layout, shard, generation))
  const seen = new Set<string>()
  await forEachKeys(core, async (client, keys) => {
    const ours: NamedKey[] = []
    for (const key of keys) {
      const text = key.toString('latin1')
      const shard = homes.findIndex((home) => text.startsWith(home))
      // SCAN may name a key twice while the server grows its table.
      if (shard < 0 || seen.has(text)) continue
      seen.add(text)
      ours.push({ shard, name: text.slice((homes[shard] as string).length) })
    }
    if (ours.length > 0) await visit(client, ours)
  })
  if (layout.isPlain && (await readPointer(core)).live === generation) await forEachLiveName(core, generation, visit)
}

async function forEachLiveName({ connection: { client } }: Core, generation: string, visit: (client: Redis, keys: readonly NamedKey[]) => Promise<void>): Promise<void> {
  const redis = client as Redis
  const home = `timelines:g${generation}:`
  const [sets, plain] = await Promise.all([redis.smembers(`${home}sets`), redis.smembers(`${home}plain`)])
  const members = await redis.zrange(ALL_TIMELINE, '0', '-1')
  const names = [...sets, ...plain, ...members.map(anomalyKey)]
  for (let i = 0; i < names.length; i += 500) await visit(redis, names.slice(i, i + 500).map((name) => ({ shard: 0, name })))
}

/** The key that a name has in a generation. */
export function keyOf({ layout }: Core, generation: string, isLive: boolean, { shard, name }: NamedKey): Buffer {
  const hasPlainName = layout.isPlain && isLive && !HOME_NAMES.test(name)
  return Buffer.from(hasPlainName ? name : `${generationHome(layout, shard, generation)}${name}`, 'latin1')
}

/** What is never hot, so that it lies in the home of a generation always. */
const HOME_NAMES = /^(?:(?:b|r|hours|counts|checkpoint|dead):|(?:meta|sets|plain)$)/

/** The content of each; undefined where there is no such key. */
export async function readContents(client: Redis, keys: readonly Buffer[]): Promise<(Content | undefined)[]> {
  if (keys.length === 0) return []
  const types = client.pipeline()
  for (const key of keys) types.type(key)
  const kinds = (await types.exec() ?? []).map(([, kind]) => kind as string)
  const reads = client.pipeline()
  keys.forEach((key, i) => {
    if (kinds[i] === 'zset') reads.zrangeBuffer(key, '0', '-1', 'WITHSCORES')
    else if (kinds[i] === 'hash') reads.hgetallBuffer(key)
    else if (kinds[i] === 'set') reads.smembersBuffer(key)
    // Whatever else somebody put there is of another kind than what belongs there, and that is enough to say.
    else reads.exists(key)
  })
  const contents = await reads.exec() ?? []
  return kinds.map((kind, i) => (kind === 'none' ? undefined : { kind, parts: partsOf(kind, contents[i]?.[1]) }))
}

function partsOf(kind: string, content: unknown): ReadonlyMap<string, string> {
  const text = (bytes: Buffer | undefined): string => bytes?.toString('latin1') ?? ''
  if (kind === 'hash') return new Map(Object.entries(content as Record<string, Buffer>).map(([field, value]) => [field, text(value)]))
  if (kind === 'set') return new Map((content as Buffer[]).map((member) => [text(member), '']))
  if (kind !== 'zset') return new Map()
  const flat = content as Buffer[]
  return new Map(Array.from({ length: flat.length / 2 }, (_, i) => [text(flat[2 * i]), text(flat[2 * i + 1])]))
}
