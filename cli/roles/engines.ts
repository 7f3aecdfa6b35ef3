/** Opens the engine that a configuration names behind each port: the one place where adapters are chosen. */
import { readFileSync } from 'node:fs'
import { openEmbeddedLog, type EmbeddedLog } from '../../eventlog/embedded/index.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import type { Transport } from '../../ingest/transport/transport.js'
import { openEmbeddedTimelines, openRedisTimelines, type TimelineStore } from '../../projections/index.js'
import type { TimelinesEngine } from '../config/schema.js'
import { UserError } from '../shared/user-error.js'

type Embedded = { readonly kind: 'embedded'; readonly path: string }

export const openTransport = (config: Embedded): Promise<Transport> => openEmbeddedTransport(config.path)

export const openLog = (config: Embedded, chainId: string): Promise<EmbeddedLog> => openEmbeddedLog(config.path, { chainId })

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

function readFileOf(path: string, what: string, advice: string): string {
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
