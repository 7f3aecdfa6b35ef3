/** `up`: everything on one machine. Opens the folder, starts the roles, shows what happens, settles, sums up. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { openSource } from '../../detector/sources/open-source.js'
import { startEmbeddedPostgres } from '../../platform/postgres/index.js'
import { openRedisTimelines } from '../../projections/index.js'
import { DEFAULT_FOLDER } from '../data-folder/layout.js'
import { detectorsOf, openOrCreate, type DataFolder } from '../data-folder/open.js'
import { openTopicsOf } from '../dlq/open-letters.js'
import { chooseEventLog } from '../shared/folder-log.js'
import { chooseTimelines } from '../shared/folder-timelines.js'
import { chooseTransport } from '../shared/folder-transport.js'
import { holdLock } from '../shared/process-lock.js'
import { sentenceOf, UserError } from '../shared/user-error.js'
import { writeAtomic, writeJson } from '../shared/write-atomic.js'
import { countUnread } from './count-unread.js'
import { recordConfiguration } from './record-configuration.js'
import { openLiveTable } from './live-table.js'
import { allRoles, type Plan } from './plan.js'
import { createProcesses } from './processes.js'
import { isSettled, takeSnapshot, type Snapshot } from './snapshot.js'
import { startRoles } from './start-roles.js'
import { summarise, type Summary } from './summary.js'

export type UpOptions = {
  readonly flows?: string
  readonly data?: string
  readonly validators?: number
  /** Detectors, each with a key of its own; absent: 1, and in an old folder as many as it has keys for. */
  readonly detectors?: number
  readonly forSeconds?: number
  /** Of all detectors together. */
  readonly ratePerSecond?: number
  readonly apiPort?: number
  readonly baseTimeoutMs?: number
  /** Keep the event log on this EventStoreDB or KurrentDB. */
  readonly eventlog?: string
  /** Keep the topics on this Kafka cluster. */
  readonly kafka?: string
  /** PEM file of the authority that signed its certificates. */
  readonly kafkaCa?: string
  /** Keep timelines in this Redis. */
  readonly redis?: string
  /** PEM file of the authority that signed its certificate. */
  readonly redisCa?: string
}

const SHOW_EVERY_MS = 1000
/** While nothing moves: a quarter of what an idle validator did was to say so. */
const QUIET_EVERY_MS = 4000
const MESH_WITHIN_MS = 60_000
const SETTLE_WITHIN_MS = 20_000
/** How long the last checkpoint of the audit log is waited for when all else has settled; one is due every two seconds. */
const CHECKPOINT_WITHIN_MS = 10_000

/** @param say takes lines about what is being done; the table goes to `screen` */
export async function runUp(options: UpOptions, screen: NodeJS.WriteStream, say: (line: string) => void, signal: AbortSignal): Promise<Summary> {
  if (options.flows !== undefined) await checkFlows(options.flows)
  const redis = options.redis === undefined ? undefined : await checkRedis(options.redis, options.redisCa)
  const data = openOrCreate(resolve(options.data ?? DEFAULT_FOLDER), { validators: options.validators, detectors: options.detectors })
  const { layout, genesis } = data
  const lock = holdLock(layout.lock, 'cybermesh up')
  const closers: (() => Promise<void> | void)[] = [() => lock.release()]
  try {
    say(data.isNew ? `new network of ${genesis.validators.length} validators in ${layout.folder}` : `continuing in ${layout.folder}`)
    await chooseEventLog(layout, options.eventlog, genesis.chainId)
    await chooseTransport(layout, options.kafka === undefined ? undefined : { url: options.kafka, caFile: options.kafkaCa })
    chooseTimelines(layout, redis)
    const postgres = await startEmbeddedPostgres({ dataDir: layout.postgres })
    closers.unshift(() => postgres.stop())
    if (postgres.notice !== undefined) say(postgres.notice)
    writeAtomic(layout.sqlUrl, `${postgres.url}\n`, 0o600)

    let note = ''
    const processes = createProcesses((name, reason) => {
      note = `${name} stopped (${reason}), starting it again`
      say(note)
    })
    closers.unshift(() => processes.stopAll(), () => rmSync(layout.running, { force: true }))
    const { roles, apiPort } = await startRoles(data, {
      apiPort: options.apiPort, detectors: options.detectors ?? detectorsOf(layout), flows: options.flows === undefined ? undefined : resolve(options.flows),
      ratePerSecond: options.ratePerSecond, baseTimeoutMs: options.baseTimeoutMs ?? 2000,
    }, processes, say)
    const api = `http://127.0.0.1:${apiPort}`
    const roleUrls = Object.fromEntries(allRoles(roles).map(({ name, opsUrl }) => [name, opsUrl]))
    let noted = ''
    const remember = (): void => {
      const pids = processes.pids()
      if (noted === JSON.stringify(pids)) return
      noted = JSON.stringify(pids)
      writeJson(layout.running, { pid: process.pid, api, sqlUrlFile: layout.sqlUrl, postgres: postgres.pid, pids, roles: roleUrls }, 0o600)
    }
    // A full disk stops roles, which are started again; it must not end the program that starts them.
    const rememberIfPossible = (): void => {
      try {
        remember()
      } catch (error) {
        say(`cannot note what runs: ${sentenceOf(error)}`)
      }
    }

    remember()
    await recordConfiguration(data, roles, say)
    await untilMeshed(roles, signal)
    const start = await takeSnapshot(roles, false)
    const startedAt = Date.now()
    await Promise.all(roles.detectors.map((role) => processes.start(role, layout.log(role.name))))
    remember()
    say(`GraphQL at ${api}/graphql`)

    const table = openLiveTable(screen, api)
    const endsAt = options.forSeconds === undefined ? Infinity : startedAt + options.forSeconds * 1000
    for (let before: Snapshot | undefined; !signal.aborted && Date.now() < endsAt;) {
      const now = await takeSnapshot(roles, true)
      table.show(now, note)
      const lookAgainMs = isDeepStrictEqual(now, before) ? QUIET_EVERY_MS : SHOW_EVERY_MS
      before = now
      // A file that was given ends the run when all that it led to has settled.
      if (options.flows !== undefined && options.forSeconds === undefined && now.detectors.every(({ isFinished }) => isFinished)) break
      await sleep(Math.min(lookAgainMs, Math.max(0, endsAt - Date.now())), undefined, { signal }).catch(() => undefined)
      if (existsSync(layout.running)) rememberIfPossible()
    }
    table.close()
    const seconds = (Date.now() - startedAt) / 1000
    await Promise.all(roles.detectors.map(({ name }) => processes.stop(name)))
    say('waiting until everything on its way has settled')
    const end = await untilSettled(roles, data)
    return await summarise(end, start, seconds, api, postgres.url, genesis)
  } finally {
    for (const close of closers) await close()
  }
}

/** Refuses a file that cannot be read before anything is started for it. */
async function checkFlows(path: string): Promise<void> {
  const source = await openSource(path)
  await source.items.return(undefined)
}

/** Refuses a Redis that cannot be used before anything is started for it. */
async function checkRedis(url: string, caFile: string | undefined): Promise<{ url: string; ca: string | undefined }> {
  let ca: string | undefined
  try {
    ca = caFile === undefined ? undefined : readFileSync(caFile, 'utf8')
  } catch {
    throw new UserError('UNREADABLE', `the certificate file ${caFile} cannot be read; name the PEM file of the authority that signed the certificate of the server`)
  }
  const store = await openRedisTimelines({ url, ...(ca === undefined ? {} : { ca }) })
  await store.close()
  return { url, ca }
}

/** Detection starts when every validator sees every other, so that a start costs no view change. */
async function untilMeshed(roles: Plan, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + MESH_WITHIN_MS
  while (!signal.aborted) {
    const { validators } = await takeSnapshot(roles, false)
    if (validators.every(({ peers }) => peers === validators.length - 1)) return
    if (Date.now() > deadline) throw new UserError('NO_MESH', 'the validators cannot reach each other; look into the run folder of the data for their logs')
    await sleep(100)
  }
}

async function untilSettled(roles: Plan, data: DataFolder): Promise<Snapshot> {
  const deadline = Date.now() + SETTLE_WITHIN_MS
  let settledAt: number | undefined
  const topics = await openTopicsOf(data)
  try {
    for (;;) {
      // Asked first: what is read after this moment is in the counts of the snapshot.
      const unread = topics === undefined ? 0 : await countUnread(topics).catch(() => Infinity)
      const snapshot = await takeSnapshot(roles, false)
      if (Date.now() > deadline) return snapshot
      if (unread === 0 && isSettled(snapshot)) {
        // A checkpoint needs a quorum that runs, so once they are stopped there comes none.
        if (snapshot.auditSize >= snapshot.logPosition || Date.now() > (settledAt ??= Date.now()) + CHECKPOINT_WITHIN_MS) return snapshot
      }
      await sleep(100)
    }
  } finally {
    await topics?.close()
  }
}
