/** Opens the engine that a configuration names behind each port: the one place where adapters are chosen. */
import { readFileSync } from 'node:fs'
import { openEmbeddedLog, type EmbeddedLog } from '../../eventlog/embedded/index.js'
import { openEmbeddedTransport } from '../../ingest/transport/embedded/embedded-transport.js'
import type { Transport } from '../../ingest/transport/transport.js'
import { UserError } from '../shared/user-error.js'

type Embedded = { readonly kind: 'embedded'; readonly path: string }

export const openTransport = (config: Embedded): Promise<Transport> => openEmbeddedTransport(config.path)

export const openLog = (config: Embedded, chainId: string): Promise<EmbeddedLog> => openEmbeddedLog(config.path, { chainId })

export function readUrlFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new UserError('NO_SQL_URL', `the SQL address file ${path} cannot be read; start the database with \`cybermesh up\` or write the postgres:// URL into that file`)
  }
}
