/** An API process: GraphQL and the status document over the read models. It writes nothing. */
import { startApi } from '../../graphql/index.js'
import { createSqlPool } from '../../projections/index.js'
import { askRoundTable } from '../shared/round-table.js'
import { loadGenesis } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import { fetchStatus } from '../shared/fetch-status.js'
import type { Logger } from '../shared/logger.js'
import { openLog, openTimelines, readUrlFile } from './engines.js'
import type { RunningRole } from './role.js'

export async function startApiRole(config: RoleConfig<'api'>, log: Logger): Promise<RunningRole> {
  const genesis = loadGenesis(config.genesis)
  const eventLog = await openLog(config.eventlog, { chainId: genesis.chainId })
  const sql = createSqlPool({ url: readUrlFile(config.sql.urlFile), onLost: (error) => log.warn({ error: error.message }, 'lost a database connection') })
  const timelines = await openTimelines(config.timelines)
  const status = async (): Promise<object> => {
    const roles = await Promise.all(Object.entries(config.roles).map(async ([name, url]) => [name, await fetchStatus(url)] as const))
    return { network: genesis.network, chainId: genesis.chainId, logPosition: await eventLog.length(), roles: Object.fromEntries(roles) }
  }
  const api = await startApi({
    host: config.host, port: config.port, sources: { sql, timelines, log: eventLog, roundTable: () => askRoundTable(genesis, (name) => config.roles[name]) }, status,
    onError: (error) => log.error({ error: error instanceof Error ? error.stack : String(error) }, 'query failed'),
  })
  log.info({ url: api.url }, 'API is listening')

  return {
    status: () => ({ url: api.url }),
    done: new Promise(() => undefined),
    async stop() {
      await api.close()
      await timelines.close()
      await sql.end()
      await eventLog.close()
    },
  }
}
