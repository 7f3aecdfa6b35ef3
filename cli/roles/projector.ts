/** A projector process: keeps every read model up with the event log, each with a checkpoint of its own. */
import {
  createProgressWatch, createProjections, createSqlPool, describeState, keepRunning, leaseHolder, migrate,
  type ProgressWatch, type ProjectionProgress, type ProjectionState, type ReadModelLostError,
} from '../../projections/index.js'
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
  const states = new Map<string, ProjectionState>()
  const watch = createProgressWatch(config.stalledAfterSeconds * 1000)
  const holder = `${config.name} ${leaseHolder()}`
  const work = createProjections({ sql, timelines }).map((projection) => keepRunning({
    log: eventLog, projection, sql, holder, signal: stopping.signal,
    onState: (state) => {
      const before = states.get(projection.name)
      states.set(projection.name, state)
      if (state.kind === 'standing-by') watch.forget(projection.name)
      if (before?.kind !== state.kind) log.info({ projection: projection.name }, describeState(state))
    },
    onProgress: (now) => {
      progress.set(now.name, now)
      watch.saw(now.name, now.position)
    },
    onLost: (error) => {
      log.warn({ projection: projection.name, had: error.had, has: error.has }, error.message)
      losses.set(projection.name, lossAfter(losses.get(projection.name), error))
    },
    onRetry: (error, attempt) => {
      watch.failed(projection.name, (error as Error).message)
      log.warn({ projection: projection.name, attempt, error: (error as Error).message }, 'trying again')
    },
  }))
  const looking = watchLog(eventLog, watch, log)

  return {
    status: () => ({
      projections: Object.fromEntries([...progress].map(([name, one]) => [name, { ...one, ...stateOf(states.get(name)) }])),
      ...(losses.size === 0 ? {} : { losses: Object.fromEntries(losses) }),
      states: Object.fromEntries([...states].map(([name, state]) => [name, describeState(state)])),
    }),
    unhealthy: () => rebuiltNow(progress, losses) ?? watch.reason(),
    done: Promise.all(work).then(() => undefined),
    async stop() {
      stopping.abort()
      clearInterval(looking)
      await Promise.allSettled(work)
      await timelines.close()
      await sql.end()
      await eventLog.close()
    },
  }
}

const LOOK_EVERY_MS = 1000

/** A projection that is stuck says nothing of the events that wait for it, so the log is asked. */
function watchLog(eventLog: { length(): Promise<number> }, watch: ProgressWatch, log: Logger): NodeJS.Timeout {
  const look = (): void => void eventLog.length().then(watch.logIs, (error: unknown) => log.warn({ error: String(error) }, 'the event log does not say how long it is'))
  look()
  return setInterval(look, LOOK_EVERY_MS)
}

/** While a newer version grows, the progress is that of the new one. */
const stateOf = (state: ProjectionState | undefined): object =>
  (state?.kind === 'building' ? { building: { version: state.version, position: state.position, of: state.of }, version: state.live } : {})

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
