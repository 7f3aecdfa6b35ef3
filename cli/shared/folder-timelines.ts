/** The timelines of a data folder, in whichever engine `up` last kept them. */
import { existsSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { hasStore } from '../../platform/lmdb/foreign-store.js'
import type { TimelineStore } from '../../projections/index.js'
import { readJson, withAbsolutePaths } from '../config/load.js'
import { timelinesEngine, type TimelinesEngine } from '../config/schema.js'
import type { Layout } from '../data-folder/layout.js'
import { openTimelines } from '../roles/engines.js'
import { UserError } from './user-error.js'
import { writeAtomic, writeJson } from './write-atomic.js'

/** Paths are absolute. Throws UserError where the file that names the engine is damaged. */
export function timelinesEngineOf(layout: Layout): TimelinesEngine {
  const path = layout.timelinesEngine
  if (!existsSync(path)) return { kind: 'embedded', path: layout.timelines }
  const parsed = timelinesEngine.safeParse(readJson(path, 'timelines engine'))
  if (!parsed.success) throw new UserError('BAD_CONFIG', `${path} names no engine for timelines; remove it, and \`cybermesh up\` builds them again`)
  return withAbsolutePaths(parsed.data, dirname(path)) as TimelinesEngine
}

/** False where nothing was ever kept. Throws where a folder holds something else. */
export const hasTimelines = (layout: Layout): boolean => timelinesEngineOf(layout).kind === 'redis' || hasStore(layout.timelines)

export const openTimelinesOf = (layout: Layout): Promise<TimelineStore> => openTimelines(timelinesEngineOf(layout))

/** Writes down where timelines are kept from now on; undefined: in the folder. They are built again where they are not yet. */
export function chooseTimelines(layout: Layout, redis: { readonly url: string; readonly ca: string | undefined } | undefined): void {
  if (redis === undefined) {
    for (const path of [layout.timelinesEngine, layout.redisUrl, layout.redisCa]) rmSync(path, { force: true })
    return
  }
  writeAtomic(layout.redisUrl, `${redis.url}\n`, 0o600)
  if (redis.ca === undefined) rmSync(layout.redisCa, { force: true })
  else writeAtomic(layout.redisCa, redis.ca)
  writeJson(layout.timelinesEngine, { kind: 'redis', urlFile: 'redis.url', ...(redis.ca === undefined ? {} : { caFile: 'redis-ca.pem' }) })
}
