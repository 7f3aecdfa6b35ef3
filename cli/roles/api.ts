/** An API process: GraphQL and the status document over the read models, and what operators do through it. */
import { validatorSetOf } from '../../domain/genesis.js'
import { createJobs, ownManifest, readManifest, startApi, type Access, type ApiSources, type Login, type Persisted, type Submit } from '../../graphql/index.js'
import { TOPICS, type Transport } from '../../ingest/index.js'
import { createProjections, createSqlPool } from '../../projections/index.js'
import { askRoundTable } from '../shared/round-table.js'
import { loadGenesis, readJson } from '../config/load.js'
import type { RoleConfig } from '../config/schema.js'
import { fetchStatus } from '../shared/fetch-status.js'
import type { Logger } from '../shared/logger.js'
import { watchApiKeys } from '../shared/api-keys-file.js'
import { sendOperatorActions } from '../shared/send-operator-action.js'
import { createLoginJournal, type LoginJournal } from './login-journal.js'
import { UserError } from '../shared/user-error.js'
import { openLog, openTimelines, openTransport, readFileOf, readUrlFile } from './engines.js'
import type { RunningRole } from './role.js'

export async function startApiRole(config: RoleConfig<'api'>, log: Logger): Promise<RunningRole> {
  const genesis = loadGenesis(config.genesis)
  const eventLog = await openLog(config.eventlog, { chainId: genesis.chainId })
  const sql = createSqlPool({ url: readUrlFile(config.sql.urlFile), onLost: (error) => log.warn({ error: error.message }, 'lost a database connection') })
  const timelines = await openTimelines(config.timelines)
  const transport = config.transport === undefined ? undefined : await openTransport(config.transport, { onWarning: (sentence) => log.warn(sentence) })
  const report = (error: unknown): void => log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a request failed')
  const status = async (): Promise<object> => {
    const roles = await Promise.all(Object.entries(config.roles).map(async ([name, url]) => [name, await fetchStatus(url)] as const))
    return { network: genesis.network, chainId: genesis.chainId, logPosition: await eventLog.length(), roles: Object.fromEntries(roles) }
  }
  const access = accessOf(config, log)
  const recorder = config.roles['recorder']
  const actions = recorder === undefined || access.operatorToken === undefined ? undefined : sendOperatorActions(recorder, access.operatorToken)
  const journal = actions === undefined ? undefined : createLoginJournal(actions, 'api', { onError: (error) => log.warn({ error: error.message }, 'a login that failed is not recorded yet') })
  const jobs = config.operations ? createJobs({ log: eventLog, projections: createProjections({ sql, timelines }), actions, report }) : undefined
  const sources: ApiSources = {
    sql, timelines, log: eventLog, report, roundTable: () => askRoundTable(genesis, (name) => config.roles[name]), validatorSet: validatorSetOf(genesis).validators.map(({ id }) => id),
    ...(jobs === undefined ? {} : { jobs }), ...(transport === undefined ? {} : { submit: submitTo(transport) }), ...(actions === undefined ? {} : { actions }),
  }
  const api = await startApi({
    host: config.host, port: config.port, sources, status, access, onLogin: (login) => tellLogin(log, journal, login), onError: report, persisted: persistedOf(config),
    ...(config.audit === undefined ? {} : { auditFolder: config.audit.folder }),
  })
  log.info({ url: api.url }, 'API is listening')

  return {
    status: () => ({ url: api.url, logins: api.logins() }),
    done: new Promise(() => undefined),
    async stop() {
      await api.close()
      await jobs?.close()
      await journal?.close()
      await transport?.close()
      await timelines.close()
      await sql.end()
      await eventLog.close()
    },
  }
}

/** Who may ask, as the configuration says. */
function accessOf({ apiKeysFile, operatorTokenFile }: RoleConfig<'api'>, log: Logger): Access {
  return {
    ...(apiKeysFile === undefined ? {} : { keys: watchApiKeys(apiKeysFile, (sentence) => log.error({ sentence }, 'the API lets nobody in')) }),
    ...(operatorTokenFile === undefined ? {} : { operatorToken: readFileOf(operatorTokenFile, 'the operator token file', 'start the API with `cybermesh up`, or write 64 random hex digits into it, readable by you alone') }),
  }
}

function persistedOf({ persistedOperationsFile: path, persistedOperationsOnly: only }: RoleConfig<'api'>): Persisted {
  if (path === undefined) return { manifest: ownManifest(), only }
  const read = readManifest(readJson(path, 'manifest of persisted operations'))
  if (!read.ok) throw new UserError('BAD_CONFIG', `${path}: ${read.field}: ${read.sentence}`)
  return { manifest: new Map([...ownManifest(), ...read.manifest]), only }
}

const submitTo = (transport: Transport): Submit => async (kind, key, value) => {
  const { name: topic } = kind === 'verdict' ? TOPICS.evidence : TOPICS.policy
  const [place] = await transport.send([{ topic, key, value }])
  if (place === undefined) throw new Error(`${topic} did not say where the message went`)
  return place
}

function tellLogin(log: Logger, journal: LoginJournal | undefined, login: Login): void {
  if (login.result === 'success') return log.info({ name: login.name, role: login.role }, 'logged in')
  log.warn({ reason: login.reason }, 'a login failed')
  journal?.failed(login.reason)
}
