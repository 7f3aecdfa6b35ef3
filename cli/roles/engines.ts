/** Opens the engine that a configuration names behind each port: the one place where adapters are chosen. */
import { readFileSync } from 'node:fs'
import { openEmbeddedLog } from '../../eventlog/embedded/index.js'
import type { EntryLog } from '../../eventlog/entries.js'
import type { EventLog, LogAlarm } from '../../eventlog/log.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import type { Transport } from '../../ingest/transport/transport.js'
import { openEmbeddedTimelines, openRedisTimelines, type TimelineStore } from '../../projections/index.js'
import type { EventlogEngine, TimelinesEngine, TransportEngine } from '../config/schema.js'
import { UserError } from '../shared/user-error.js'

export type OpenTransport = {
  /** Topic name to partitions; by default the topics of the system. */
  readonly topics?: Readonly<Record<string, number>>
  /** Makes topics that a cluster lacks. */
  readonly create?: boolean
  /** Takes what an operator should know. */
  readonly onWarning?: (sentence: string) => void
}

export async function openTransport(config: TransportEngine, { topics, create = false, onWarning = () => undefined }: OpenTransport = {}): Promise<Transport> {
  const named = topics === undefined ? {} : { topics }
  if (config.kind === 'embedded') return openEmbeddedTransport(config.path, named)
  const { openKafkaTransport, parseKafkaUrl } = await import('../../ingest/transport/kafka/index.js')
  const url = readFileOf(config.urlFile, 'the Kafka address file', 'write an address like kafka://host:9092 into it')
  const ca = config.caFile === undefined ? undefined : readFileOf(config.caFile, 'the certificate file for Kafka', 'name the PEM file of the authority that signed the certificates of the brokers')
  return openKafkaTransport({ ...parseKafkaUrl(url, ca), ...named, create, onWarning })
}

export type AnyLog = EventLog & EntryLog
export type OpenLog = {
  readonly chainId?: string
  /** False: no log is an error instead of a new log. */
  readonly create?: boolean
  /** Where a writer keeps what it knows of a log on a server. */
  readonly indexPath?: string
  readonly onAlarm?: (alarm: LogAlarm) => void
}

export async function openLog(config: EventlogEngine, { indexPath, ...options }: OpenLog): Promise<AnyLog> {
  if (config.kind === 'embedded') return openEmbeddedLog(config.path, options)
  // Loaded only where it is used: the client brings native code and tens of megabytes.
  const { openKurrentLog } = await import('../../eventlog/kurrent/index.js')
  return openKurrentLog({
    url: eventLogUrl(config.urlFile), ...options,
    ...(config.namespace === undefined ? {} : { namespace: config.namespace }), ...(indexPath === undefined ? {} : { indexPath }),
  })
}

function eventLogUrl(urlFile: string | undefined): string {
  if (urlFile !== undefined) return readFileOf(urlFile, "the event log's address file", 'write an address like kurrentdb://host:2113?tls=true into it')
  const url = process.env['EVENTLOG_URL']
  if (url !== undefined && url !== '') return url
  throw new UserError('NO_EVENTLOG_URL', 'the configuration names no urlFile for the event log and EVENTLOG_URL is not set; set one of them to an address like kurrentdb://host:2113?tls=true')
}

/** @param onWarning takes what an operator should know */
export function openTimelines(config: TimelinesEngine, onWarning: (sentence: string) => void = () => undefined): Promise<TimelineStore> {
  if (config.kind === 'embedded') return openEmbeddedTimelines(config.path)
  const { urlFile, caFile, shards, window, historyHours } = config
  return openRedisTimelines({
    url: readFileOf(urlFile, 'the Redis address file', 'write the redis:// or rediss:// URL into it'),
    ...(caFile === undefined ? {} : { ca: readFileOf(caFile, 'the certificate file for Redis', 'name the PEM file of the authority that signed the certificate of the server') }),
    ...(shards === undefined ? {} : { shards }), ...(window === undefined ? {} : { window }), ...(historyHours === undefined ? {} : { historyHours }),
    onWarning,
  })
}

export function readFileOf(path: string, what: string, advice: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new UserError('UNREADABLE', `${what} ${path} cannot be read; ${advice}`)
  }
}

export function readUrlFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new UserError('NO_SQL_URL', `the SQL address file ${path} cannot be read; start the database with \`cybermesh up\` or write the postgres:// URL into that file`)
  }
}
