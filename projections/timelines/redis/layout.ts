/**
 * Where keys lie. A single Redis is one shard whose live keys are the predecessor's, to the letter. In a cluster the
 * keys of one script must share a hash slot: shard `i` has the tag `{timelines:i}`, an anomaly always belongs to the
 * shard that the hash of its id names, and names carry the generation, since what cannot be renamed in one step over
 * several nodes must be switched by a pointer. The pointer lies in shard 0.
 */
import { anomalyKey } from '../keys.js'

export type RedisLayout = {
  readonly shards: number
  /** Live keys have the names people know. */
  readonly isPlain: boolean
}

export const DEFAULT_SHARDS = 16

export const layoutOf = (shards: number | undefined): RedisLayout => (shards === undefined ? { shards: 1, isPlain: true } : { shards, isPlain: false })

export const baseOf = ({ isPlain }: RedisLayout, shard: number): string => (isPlain ? '' : `{timelines:${shard}}:`)
export const generationHome = (layout: RedisLayout, shard: number, generation: string): string => `${baseOf(layout, shard)}timelines:g${generation}:`
export const pointerKey = (layout: RedisLayout): string => `${baseOf(layout, 0)}timelines:live`
/** Whoever has it keeps the live generation where it is. */
export const holdKey = (layout: RedisLayout): string => `${baseOf(layout, 0)}timelines:hold`
/** Whoever has it is building a generation. */
export const rebuildKey = (layout: RedisLayout): string => `${baseOf(layout, 0)}timelines:rebuilding`

/** FNV-1a, folded to a shard. Changing it would lose every anomaly that is there. */
export function shardOf({ shards }: RedisLayout, member: string): number {
  if (shards === 1) return 0
  let hash = 0x811c9dc5
  for (let i = 0; i < member.length; i++) hash = Math.imul(hash ^ member.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % shards
}

const PREFIX = anomalyKey('')
const RESERVED = `${PREFIX}timeline:`
/** The anomaly whose hash `key` is; undefined for other keys. */
export const anomalyOf = (key: string): string | undefined => (key.startsWith(PREFIX) && !key.startsWith(RESERVED) ? key.slice(PREFIX.length) : undefined)
