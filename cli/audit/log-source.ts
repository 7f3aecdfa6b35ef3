/** The log that a command reads: a data folder's own, or one at an address, with the genesis that says whom to believe. */
import type { Command } from 'commander'
import { parseAuditKeys, trustAuditKeys, type AuditTrust } from '../../audit/notes/audit-keys.js'
import { AuditFormatError } from '../../audit/errors.js'
import { tilesOverHttp } from '../../audit/tiles/http-tiles.js'
import type { ReadTileFile } from '../../audit/tiles/read-tiles.js'
import { CHECKPOINT_FILE, KEYS_FILE, openTileFiles } from '../../audit/tiles/tile-files.js'
import type { Genesis } from '../../domain/genesis.js'
import { verifySignature } from '../../platform/crypto/ed25519.js'
import { loadGenesis } from '../config/load.js'
import { DEFAULT_FOLDER } from '../data-folder/layout.js'
import { openExisting } from '../data-folder/open.js'
import { withJson, type JsonFlag } from '../shared/answer.js'
import { UserError } from '../shared/user-error.js'

export type LogFlags = JsonFlag & { readonly data?: string; readonly url?: string; readonly genesis?: string }

export const withLog = (command: Command): Command => withJson(command)
  .option('--data <folder>', `data folder (default: "${DEFAULT_FOLDER}", where --url is not given)`)
  .option('--url <address>', 'of an API that serves the log, such as http://127.0.0.1:9441')
  .option('--genesis <file>', 'genesis file of the network, from a source you trust; needed with --url')

export type LogSource = {
  /** The folder or address, for sentences. */
  readonly name: string
  /** Present where a data folder is read. */
  readonly folder: string | undefined
  readonly genesis: Genesis
  readonly read: ReadTileFile
}

export function openLogSource({ data, url, genesis }: LogFlags): LogSource {
  if (url === undefined) {
    const { layout, genesis: own } = openExisting(data ?? DEFAULT_FOLDER)
    return { name: layout.audit, folder: layout.folder, genesis: genesis === undefined ? own : loadGenesis(genesis), read: openTileFiles(layout.audit).read }
  }
  if (data !== undefined) throw new UserError('BAD_OPTION', 'give --data or --url, not both')
  if (genesis === undefined) throw new UserError('BAD_OPTION', 'with --url, name the genesis file with --genesis: it says whose signatures count, so it must not come from the log itself')
  const base = checkAddress('--url', url).replace(/\/+$/, '')
  const prefix = base.endsWith('/audit') ? base : `${base}/audit`
  return { name: prefix, folder: undefined, genesis: loadGenesis(genesis), read: tilesOverHttp(prefix) }
}

/** The address as given. */
export function checkAddress(option: string, url: string): string {
  if (!/^https?:\/\/[^/]/.test(url)) throw new UserError('BAD_OPTION', `${option} takes an address like http://127.0.0.1:9441, got ${url.slice(0, 80)}`)
  return url
}

/** Throws UserError where the log has no keys yet or ones that members of the genesis did not bind. */
export async function readTrust({ name, genesis, read }: LogSource): Promise<AuditTrust> {
  const bytes = await readOrSay(read, KEYS_FILE)
  if (bytes === undefined) throw new UserError('NO_CHECKPOINT', `${name} has no keys yet; a recorder writes them when it starts`)
  try {
    return trustAuditKeys(parseAuditKeys(JSON.parse(Buffer.from(bytes).toString('utf8'))), genesis, verifySignature)
  } catch (error) {
    if (error instanceof AuditFormatError || error instanceof SyntaxError) throw new UserError('BAD_KEYS', `the keys of ${name} cannot be believed: ${error.message}`)
    throw error
  }
}

export async function readCheckpoint({ name, read }: LogSource): Promise<Uint8Array> {
  const bytes = await readOrSay(read, CHECKPOINT_FILE)
  if (bytes === undefined) throw new UserError('NO_CHECKPOINT', `${name} has no checkpoint yet; one comes within seconds of the first event, once a quorum of validators runs (\`cybermesh status\` says why where it does not)`)
  return bytes
}

/** What cannot be asked is told as such, and is no word about the log. */
export async function readOrSay(read: ReadTileFile, path: string): Promise<Uint8Array | undefined> {
  try {
    return await read(path)
  } catch (error) {
    throw new UserError('UNREACHABLE', error instanceof Error ? error.message : String(error))
  }
}
