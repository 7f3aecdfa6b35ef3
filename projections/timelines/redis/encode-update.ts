/** An update as the arguments of one script a shard. */
import type { DeadLetter } from '../../runtime/projection.js'
import { ALL_TIMELINE } from '../keys.js'
import type { HashFields, ScoredMember, TimelineUpdate } from '../store.js'
import { anomalyOf, shardOf, type RedisLayout } from './layout.js'
import { packFields, packMember } from './pack.js'
import type { Argument } from './run-script.js'

/** Operations of each shard, in the words of lua/apply.ts: sets first, since they may refuse. */
export function encodeUpdate(layout: RedisLayout, { scores, hashes, deadLetters }: TimelineUpdate): readonly Argument[][] {
  const shards: Argument[][] = Array.from({ length: layout.shards }, () => [])
  for (const [set, members] of scores) {
    const parts = membersByShard(layout, members)
    for (const [shard, part] of parts) {
      const operations = shards[shard] as Argument[]
      operations.push('S', set, part.length)
      for (const { member, score } of part) operations.push(member, String(score), packMember(member))
    }
  }
  const published = new Set(scores.get(ALL_TIMELINE)?.map(({ member }) => member))
  for (const [key, fields] of hashes) {
    const anomaly = anomalyOf(key)
    const operations = shards[shardOf(layout, anomaly ?? key)] as Argument[]
    // What belongs to an anomaly that left the window or the history must not come back as a fragment.
    operations.push('H', key, anomaly === undefined ? 'p' : published.has(anomaly) ? 'c' : 'u', ...encodeFields(fields))
  }
  for (const letter of deadLetters) (shards[0] as Argument[]).push('D', letter.position, encodeLetter(letter))
  return shards
}

/** A member that comes twice is where it came last. */
function membersByShard(layout: RedisLayout, members: readonly ScoredMember[]): Map<number, ScoredMember[]> {
  const last = new Map(members.map((scored) => [scored.member, scored]))
  const shards = new Map<number, ScoredMember[]>()
  for (const scored of last.values()) {
    const shard = shardOf(layout, scored.member)
    const part = shards.get(shard)
    if (part === undefined) shards.set(shard, [scored])
    else part.push(scored)
  }
  return shards
}

function encodeFields(fields: HashFields): Argument[] {
  const plain = Object.entries(fields).flat()
  return [plain.length / 2, ...plain, plain.length / 2, ...packFields(fields)]
}

export const encodeLetter = ({ position, eventId, eventType, error }: DeadLetter): string =>
  JSON.stringify({ position, eventId: eventId ?? null, eventType: eventType ?? null, error })
