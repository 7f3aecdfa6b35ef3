/** What a soak of read models stands on: a PostgreSQL, a log, embedded timelines and, where there is one, a Redis; all its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import type { DomainEvent } from '../../../domain/events/schema.js'
import { openEmbeddedLog, type EmbeddedLog } from '../../../eventlog/index.js'
import { startTestPostgres } from '../../../platform/postgres/testing/test-database.js'
import { createProjections, migrate, openEmbeddedTimelines, openRedisTimelines, type Projection, type TimelineStore } from '../../../projections/index.js'
import { admitted, appendSample, block, committed, published, registered } from '../../../projections/testing/sample-log.js'
import { createTimelinesProjection } from '../../../projections/timelines/projection.js'
import { hasRedisServer, startTestRedis, type TestRedis } from '../../../projections/timelines/redis/testing/redis-server.js'
import type { WorkerPlaces } from './start-worker.js'

export type Ground = {
  readonly log: EmbeddedLog
  readonly sql: pg.Pool
  readonly timelines: TimelineStore
  readonly redis: TestRedis | undefined
  /** Of every store. */
  readonly projections: readonly Projection[]
  readonly places: WorkerPlaces
  /** Appends the lives of `count` more anomalies: three events each and one a block of 50. Resolves with the number of events. */
  grow(count: number): Promise<number>
  /** Ends the leases of processes that were killed, as time would. */
  expireLeases(): Promise<void>
  close(): Promise<void>
}

export async function createGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'cybermesh-soak-'))
  const postgres = await startTestPostgres()
  const sql = await postgres.createDatabase(migrate)
  const { rows: [row] } = await sql.query<{ name: string }>('SELECT current_database() AS name')
  const redis = hasRedisServer ? await startTestRedis() : undefined
  const paths = { log: join(folder, 'log'), timelines: join(folder, 'timelines') }
  const log = await openEmbeddedLog(paths.log)
  const timelines = await openEmbeddedTimelines(paths.timelines)
  const cache = redis === undefined ? undefined : await openRedisTimelines({ url: redis.url })
  const grower = createGrower(log)
  return {
    log, sql, timelines, redis,
    projections: [...createProjections({ sql, timelines }), ...(cache === undefined ? [] : [createTimelinesProjection(cache)])],
    places: { ...paths, url: postgres.server.url.replace(/\/[^/]*$/, `/${row?.name}`), redis: redis?.url },
    grow: grower,
    async expireLeases() {
      await sql.query('UPDATE projection_leases SET expires_at = now()')
      redis?.cli('DEL', 'timelines:rebuilding', 'timelines:hold')
    },
    async close() {
      await cache?.close()
      await timelines.close()
      await log.close()
      await redis?.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function createGrower(log: EmbeddedLog): (count: number) => Promise<number> {
  let anomalies = 0
  let events = 0
  let height = 0
  return async (count) => {
    const grown: DomainEvent[] = events === 0 ? [registered(0), registered(1)] : []
    for (let left = count; left > 0; left -= 50) {
      const names = Array.from({ length: Math.min(50, left) }, () => `soak-${anomalies++}`)
      height += 1
      grown.push(...names.map((name) => published(name, height)), ...names.map((name) => admitted(name, height)), block(height, names, height))
      grown.push(...names.map((name, i) => committed(name, height, i, height)))
    }
    await appendSample(log, grown, events)
    events += grown.length
    return grown.length
  }
}
