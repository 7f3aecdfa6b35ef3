/** The key that maps addresses, at rest: 64 hex digits, readable by its owner alone. It never appears in an error or a log. */
import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import { sha256Of, tagBytes } from '../../domain/hash.js'
import { syncFolder } from '../sync-folder.js'
import { ANONYMISE_KEY_BYTES } from './crypto-pan.js'
import { KeyFileError } from './key-file.js'

const OWNER_ONLY = 0o600
const GROUP_OR_WORLD = 0o077
const KEY_ID_TAG = tagBytes('cybermesh/anonymise-key-id/v1')

/** Reads the key, or makes one where there is no file. Throws KeyFileError. */
export function readOrMakeAnonymiseKey(path: string): Uint8Array {
  if (!existsSync(path)) make(path)
  return readAnonymiseKey(path)
}

/** Throws KeyFileError: missing, readable by others, or no key. */
export function readAnonymiseKey(path: string): Uint8Array {
  if (!existsSync(path)) throw new KeyFileError(path, 'missing', 'file', 'does not exist; leave the option out to have a key made, or make one with `openssl rand -hex 32`')
  const file = openSync(path, 'r')
  try {
    const open = process.platform === 'win32' ? 0 : fstatSync(file).mode & GROUP_OR_WORLD
    if (open !== 0) throw new KeyFileError(path, 'too-open', 'mode', `others than its owner can reach it; run: chmod 600 ${path}`)
    const text = readFileSync(file, 'utf8').trim()
    if (!/^[0-9a-f]{64}$/.test(text)) throw new KeyFileError(path, 'malformed', 'file', `must be ${ANONYMISE_KEY_BYTES * 2} lowercase hex digits; restore it from its backup`)
    return hexToBytes(text)
  } finally {
    closeSync(file)
  }
}

/** Two at once: one of them makes it, the other reads it. */
function make(path: string): void {
  let file: number
  try {
    file = openSync(path, 'wx', OWNER_ONLY)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new KeyFileError(path, 'unreadable', 'file', `cannot be created (${(error as NodeJS.ErrnoException).code ?? 'error'}); check the folder and its permissions`, { cause: error })
  }
  writeSync(file, `${bytesToHex(randomBytes(ANONYMISE_KEY_BYTES))}\n`)
  fsyncSync(file)
  closeSync(file)
  syncFolder(dirname(path))
}

/** Says which key it was without telling the key: 16 hex digits. */
export const anonymiseKeyId = (key: Uint8Array): string => bytesToHex(sha256Of(KEY_ID_TAG, key)).slice(0, 16)
