/**
 * Timelines in Redis: a cache of what the event log says, under the predecessor's names. It may be wiped at any moment
 * and is then built again; nothing is only here.
 */
import { asPosition } from '../../../domain/ids.js'
import type { DeadLetter } from '../../runtime/projection.js'
import type { TimelineStore } from '../store.js'
import { connectRedis, type RedisAddress } from './connect.js'
import { checkpointName, DEFAULT_LIMITS, LIVE, type Core, type Generation, type Limits } from './core.js'
import { redisErrorFrom } from './errors.js'
import { readPointer } from './generations.js'
import { generationHome, layoutOf } from './layout.js'
import { createReader } from './read.js'
import { beginRebuild, beginRollBack, empty } from './rebuild.js'
import { createWriter } from './write.js'

export { RedisTimelinesError, TimelinesHealingError, type RedisErrorCode } from './errors.js'

export type RedisTimelinesOptions = Omit<RedisAddress, 'cluster'> & Partial<Limits> & {
  /** Hash tags to spread keys over, for a cluster; absent: a single Redis, with the predecessor's names to the letter. */
  readonly shards?: number
  /** What an operator should know, such as a server that evicts keys. */
  readonly onWarning?: (sentence: string) => void
}

export type RedisTimelineStore = TimelineStore

/** Connects, and throws RedisTimelinesError where that is not possible. */
export async function openRedisTimelines(options: RedisTimelinesOptions): Promise<RedisTimelineStore> {
  const { url, ca, shards, window = DEFAULT_LIMITS.window, historyHours = DEFAULT_LIMITS.historyHours, onWarning } = options
  const connection = await connectRedis({ url, ...(ca === undefined ? {} : { ca }), cluster: shards !== undefined })
  const core: Core = { connection, layout: layoutOf(shards), limits: { window, historyHours } }
  await lookAtServer(core, onWarning)
  return storeOf(core, LIVE)
}

function storeOf(core: Core, generation: Generation): RedisTimelineStore {
  const writer = createWriter(core, generation, async () => { if (generation === LIVE) await empty(core) })
  const { connection: { client, where, close } } = core
  const told = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw redisErrorFrom(error, where)
    }
  }
  return {
    apply: writer.apply,
    checkpoint: writer.checkpoint,
    stops: writer.stops,
    verify: writer.verify,
    deadLetters: (name, version) => told(async () => {
      const of = generation === LIVE ? (await readPointer(core)).live ?? '1' : generation
      return (await client.zrange(`${generationHome(core.layout, 0, of)}dead:${checkpointName(name, version)}`, '0', '-1')).map(decodeLetter)
    }),
    ...createReader(core, generation),
    reset: () => told(async () => {
      await empty(core)
      writer.forget()
    }),
    beginRebuild: () => told(() => beginRebuild(core, (other) => storeOf(core, other))),
    beginRollBack: () => told(() => beginRollBack(core, (other) => storeOf(core, other))),
    close,
  }
}

function decodeLetter(text: string): DeadLetter {
  const { position, eventId, eventType, error } = JSON.parse(text) as { position: number; eventId: string | null; eventType: string | null; error: string }
  return { position: asPosition(position), eventId: eventId ?? undefined, eventType: eventType ?? undefined, error }
}

/** Refuses a cluster that is taken for a single server: it would take some keys and turn away others. */
async function lookAtServer({ connection, layout }: Core, onWarning?: (sentence: string) => void): Promise<void> {
  const { client, where } = connection
  // Hosted servers may not tell.
  const info = `${await client.info('memory').catch(() => '')}\n${await client.info('cluster').catch(() => '')}`
  if (layout.isPlain && info.includes('cluster_enabled:1')) {
    await connection.close()
    throw redisErrorFrom(new Error('MOVED to other nodes'), where)
  }
  // Eviction takes single keys out of the middle, which costs a whole rebuild each time it is noticed.
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1]
  if (policy?.startsWith('allkeys-') === true) onWarning?.(`Redis at ${where} may evict any key (maxmemory-policy ${policy}); set noeviction, or timelines will be built again each time a key is gone`)
}
