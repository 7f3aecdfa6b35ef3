/**
 * A digest of all that a generation holds, whatever the order of its keys: names without the generation, content in a
 * canonical form. Two generations at one position must have the same. The checkpoint's own fields are part of it.
 */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { anomalyKey, ALL_TIMELINE } from '../keys.js'
import type { Core } from './core.js'
import { forEachKeys, readPointer } from './generations.js'
import { generationHome } from './layout.js'

/** Keys and content in a form that can be compared and shown. */
export type DumpLine = (name: string, content: string) => void

export async function digestOf(core: Core, generation: string): Promise<string> {
  const sum = new Uint8Array(32)
  await dump(core, generation, (name, content) => {
    const line = createHash('sha256').update(`${name.length}:${name}${content}`).digest()
    // Addition does not care about order, and unlike XOR it sees a line that comes twice.
    let carry = 0
    for (let i = 31; i >= 0; i--) {
      carry += (sum[i] as number) + (line[i] as number)
      sum[i] = carry & 0xff
      carry >>= 8
    }
  })
  return Buffer.from(sum).toString('hex')
}

/** Gives every key of a generation once. The generation must not be written to meanwhile. */
export async function dump(core: Core, generation: string, line: DumpLine): Promise<void> {
  const { layout } = core
  const homes = Array.from({ length: layout.shards }, (_, shard) => generationHome(layout, shard, generation))
  const seen = new Set<string>()
  await forEachKeys(core, async (client, keys) => {
    const ours: { key: Buffer; name: string }[] = []
    for (const key of keys) {
      const text = key.toString('latin1')
      const shard = homes.findIndex((home) => text.startsWith(home))
      // SCAN may name a key twice while the server grows its table.
      if (shard < 0 || seen.has(text)) continue
      seen.add(text)
      ours.push({ key, name: `${shard} ${text.slice((homes[shard] as string).length)}` })
    }
    await describe(client, ours, line)
  })
  if (layout.isPlain && (await readPointer(core)).live === generation) await dumpLiveNames(core, generation, line)
}

/** The live generation of a single Redis has its hot keys under the names people know. */
async function dumpLiveNames({ connection: { client } }: Core, generation: string, line: DumpLine): Promise<void> {
  const redis = client as Redis
  const home = `timelines:g${generation}:`
  const [sets, plain] = await Promise.all([redis.smembers(`${home}sets`), redis.smembers(`${home}plain`)])
  const named = (key: string) => ({ key: Buffer.from(key), name: `0 ${key}` })
  await describe(redis, [...sets, ...plain].map(named), line)
  const members = await redis.zrange(ALL_TIMELINE, '0', '-1')
  for (let i = 0; i < members.length; i += 500) await describe(redis, members.slice(i, i + 500).map((member) => named(anomalyKey(member))), line)
}

async function describe(client: Redis, keys: readonly { key: Buffer; name: string }[], line: DumpLine): Promise<void> {
  if (keys.length === 0) return
  const types = client.pipeline()
  for (const { key } of keys) types.type(key)
  const kinds = await types.exec()
  const reads = client.pipeline()
  const read: { name: string; kind: string }[] = []
  keys.forEach(({ key, name }, i) => {
    const kind = kinds?.[i]?.[1] as string
    if (kind === 'zset') reads.zrangeBuffer(key, '0', '-1', 'WITHSCORES')
    else if (kind === 'hash') reads.hgetallBuffer(key)
    else if (kind === 'set') reads.smembersBuffer(key)
    else return
    read.push({ name, kind })
  })
  const contents = await reads.exec()
  read.forEach(({ name, kind }, i) => line(name, `${kind} ${canonical(kind, contents?.[i]?.[1])}`))
}

/** Members of a sorted set have an order; those of a set and fields of a hash come as the server likes. */
function canonical(kind: string, content: unknown): string {
  if (kind === 'hash') return Object.entries(content as Record<string, Buffer>).map(([field, value]) => `${field}=${value.toString('hex')}`).sort().join(' ')
  const parts = (content as Buffer[]).map((part) => part.toString('hex'))
  return (kind === 'set' ? parts.sort() : parts).join(' ')
}
