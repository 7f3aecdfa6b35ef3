/** A log and a Redis store of timelines for one test. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLog, type EmbeddedLog } from '../../../../eventlog/index.js'
import { runProjection } from '../../../runtime/run.js'
import type { Projection } from '../../../runtime/projection.js'
import { connectRedis } from '../connect.js'
import { DEFAULT_LIMITS, type Core, type Limits } from '../core.js'
import { forEachNamed, keyOf, readContents } from '../content.js'
import { readPointer } from '../generations.js'
import { openRedisTimelines, type RedisTimelineStore } from '../index.js'
import { layoutOf } from '../layout.js'
import { trimAll } from '../rebuild.js'
import { createTimelinesProjection } from '../../projection.js'

export type RedisHarness = {
  readonly log: EmbeddedLog
  readonly logPath: string
  readonly store: RedisTimelineStore
  readonly projection: Projection
  catchUp(batchEvents?: number): Promise<void>
  /** Every key of the live generation with its content, the same for the same content. */
  content(): Promise<readonly string[]>
  close(): Promise<void>
}

export type RedisHarnessOptions = { readonly url: string; readonly shards?: number } & Partial<Limits>

export async function createRedisHarness(options: RedisHarnessOptions): Promise<RedisHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-redis-log-'))
  const log = await openEmbeddedLog(folder)
  const store = await openRedisTimelines(options)
  const projection = createTimelinesProjection(store)
  return {
    log, logPath: folder, store, projection,
    catchUp: async (batchEvents = 1000) => {
      await runProjection({ log, projection, signal: new AbortController().signal, untilEnd: true, batchEvents })
    },
    content: () => contentOf(options),
    async close() {
      await store.close()
      await log.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const hex = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('hex')

export async function contentOf({ url, shards, ...limits }: RedisHarnessOptions): Promise<readonly string[]> {
  const connection = await connectRedis({ url, cluster: shards !== undefined })
  const core: Core = { connection, layout: layoutOf(shards), limits: { ...DEFAULT_LIMITS, ...limits } }
  const { live = '1' } = await readPointer(core)
  await trimAll(core, live)
  const lines: string[] = []
  await forEachNamed(core, live, async (client, keys) => {
    const contents = await readContents(client, keys.map((key) => keyOf(core, live, true, key)))
    keys.forEach(({ shard, name }, i) => {
      const content = contents[i]
      if (content !== undefined) lines.push(`${shard} ${name} ${content.kind} ${[...content.parts].map(([part, value]) => `${hex(part)}=${hex(value)}`).sort().join(' ')}`)
    })
  })
  await connection.close()
  return lines.sort()
}
