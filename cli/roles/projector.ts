/** A projector process: keeps every read model up with the event log, each with a checkpoint of its own. */
import { createProjections, createSqlPool, migrate, runProjection, type ProjectionProgress, type ReadModelLostError } from '../../projections/index.js'
import { loadGenesis } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import type { Logger } from '../shared/logger.js'
import { openLog, openTimelines, readUrlFile } from './engines.js'
import type { RunningRole } from './role.js'

export async function startProjector(config: RoleConfig<'projector'>, log: Logger): Promise<RunningRole> {
  const genesis = loadGenesis(config.genesis)
  const eventLog = await openLog(config.eventlog, { chainId: genesis.chainId })
  const sql = createSqlPool({
    url: readUrlFile(config.sql.urlFile), replayable: true,
    onLost: (error) => log.warn({ error: error.message }, 'lost a database connection'),
  })
  await migrate(sql)
  const timelines = await openTimelines(config.timelines, (sentence) => log.warn(sentence))
  const stopping = new AbortController()
  const progress = new Map<string, ProjectionProgress>()
  const losses = new Map<string, Loss>()
  const work = createProjections({ sql, timelines }).map((projection) => runProjection({
    log: eventLog, projection, signal: stopping.signal,
    onProgress: (now) => progress.set(now.name, now),
    onLost: (error) => {
      log.warn({ projection: projection.name, had: error.had, has: error.has }, error.message)
      losses.set(projection.name, lossAfter(losses.get(projection.name), error))
    },
    onRetry: (error, attempt) => log.warn({ projection: projection.name, attempt, error: (error as Error).message }, 'trying again'),
  }))

  return {
    status: () => ({ projections: Object.fromEntries(progress), ...(losses.size === 0 ? {} : { losses: Object.fromEntries(losses) }) }),
    unhealthy: () => rebuiltNow(progress, losses),
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

/** A read model in a store that may be wiped, and was. */
type Loss = { readonly times: number; readonly lastAt: string; readonly lastHad: number; readonly reason: string }

const lossAfter = (before: Loss | undefined, { had, message }: ReadModelLostError): Loss =>
  ({ times: (before?.times ?? 0) + 1, lastAt: new Date().toISOString(), lastHad: had, reason: message })

/** A sentence while a lost read model is not yet where it was. */
function rebuiltNow(progress: ReadonlyMap<string, ProjectionProgress>, losses: ReadonlyMap<string, Loss>): string | undefined {
  for (const [name, { lastHad }] of losses) {
    const position = progress.get(name)?.position ?? 0
    if (position < lastHad) return `${name} were lost and are being built again: ${position} of ${lastHad} events`
  }
  return undefined
}
