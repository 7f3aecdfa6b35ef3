/** A projector process: keeps every read model up with the event log, each with a checkpoint of its own. */
import { createProjections, createSqlPool, migrate, openEmbeddedTimelines, runProjection, type ProjectionProgress } from '../../projections/index.js'
import { loadGenesis } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import type { Logger } from '../shared/logger.js'
import { openLog, readUrlFile } from './engines.js'
import type { RunningRole } from './role.js'

export async function startProjector(config: RoleConfig<'projector'>, log: Logger): Promise<RunningRole> {
  const genesis = loadGenesis(config.genesis)
  const eventLog = await openLog(config.eventlog, genesis.chainId)
  const sql = createSqlPool({
    url: readUrlFile(config.sql.urlFile), replayable: true,
    onLost: (error) => log.warn({ error: error.message }, 'lost a database connection'),
  })
  await migrate(sql)
  const timelines = await openEmbeddedTimelines(config.timelines.path)
  const stopping = new AbortController()
  const progress = new Map<string, ProjectionProgress>()
  const work = createProjections({ sql, timelines }).map((projection) => runProjection({
    log: eventLog, projection, signal: stopping.signal,
    onProgress: (now) => progress.set(now.name, now),
    onRetry: (error, attempt) => log.warn({ projection: projection.name, attempt, error: (error as Error).message }, 'trying again'),
  }))

  return {
    status: () => ({ projections: Object.fromEntries(progress) }),
    done: Promise.all(work).then(() => undefined),
    async stop() {
      stopping.abort()
      await Promise.allSettled(work)
      await timelines.close()
      await sql.end()
      await eventLog.close()
    },
  }
}
