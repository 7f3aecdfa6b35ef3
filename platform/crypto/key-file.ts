/** Private keys at rest: one JSON file a key, readable by its owner alone. The seed never appears in an error or a log. */
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { bytesToHex, hexToBytes } from '../../domain/bytes.js'
import type { Signer } from '../../domain/crypto.js'
import { syncFolder } from '../sync-folder.js'
import { createSigner, SEED_BYTES } from './ed25519.js'

const keyFileSchema = z.strictObject({
  format: z.literal(1),
  algorithm: z.literal('Ed25519'),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits'),
  seed: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits'),
})

export type KeyFileFault = 'missing' | 'exists' | 'unreadable' | 'too-open' | 'malformed' | 'mismatch'

export class KeyFileError extends Error {
  readonly code = 'KEY_FILE'
  constructor(readonly path: string, readonly fault: KeyFileFault, readonly field: string, sentence: string, options?: ErrorOptions) {
    super(`key file ${path}: ${sentence}`, options)
    this.name = 'KeyFileError'
  }
}

const OWNER_ONLY = 0o600
const GROUP_OR_WORLD = 0o077

/**
 * Creates the file with mode 0600 and syncs it and its folder to disk. An existing file is never overwritten.
 * @param seed 32 bytes of private key
 */
export function writeKeyFile(path: string, seed: Uint8Array): Signer {
  if (seed.length !== SEED_BYTES) throw new KeyFileError(path, 'malformed', 'seed', `the seed must have ${SEED_BYTES} bytes, got ${seed.length}`)
  const signer = createSigner(seed)
  const content = { format: 1, algorithm: 'Ed25519', publicKey: bytesToHex(signer.publicKey), seed: bytesToHex(seed) }
  const file = create(path)
  try {
    writeSync(file, `${JSON.stringify(content, null, 2)}\n`)
    fsyncSync(file)
  } catch (error) {
    closeSync(file)
    unlinkSync(path)
    throw new KeyFileError(path, 'unreadable', 'file', `cannot be written (${codeOf(error)}); check the disk`, { cause: error })
  }
  closeSync(file)
  syncFolder(dirname(path))
  return signer
}

/** The 32-byte seed itself, for libraries that need the private key and not just signatures. */
export function readKeySeed(path: string): Uint8Array {
  readKeyFile(path)
  return hexToBytes(parse(path, readOwnerOnly(path)).seed)
}

/** Reads a key back; refuses a file that others can read and a seed that does not belong to the public key. */
export function readKeyFile(path: string): Signer {
  const { publicKey, seed } = parse(path, readOwnerOnly(path))
  const signer = createSigner(hexToBytes(seed))
  const derived = bytesToHex(signer.publicKey)
  if (derived !== publicKey) throw new KeyFileError(path, 'mismatch', 'publicKey', 'the seed belongs to another public key; restore the file from its backup')
  return signer
}

function create(path: string): number {
  try {
    return openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, OWNER_ONLY)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new KeyFileError(path, 'exists', 'file', 'exists already; move it away first, a lost key cannot be had again')
    throw new KeyFileError(path, 'unreadable', 'file', `cannot be created (${codeOf(error)}); check the folder and its permissions`, { cause: error })
  }
}

function readOwnerOnly(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new KeyFileError(path, 'missing', 'file', 'does not exist; create one with `cybermesh keys new`')
    throw new KeyFileError(path, 'unreadable', 'file', `cannot be opened (${codeOf(error)}); check its permissions`, { cause: error })
  }
  try {
    // Windows has no permission bits to check.
    const open = process.platform === 'win32' ? 0 : fstatSync(file).mode & GROUP_OR_WORLD
    if (open !== 0) throw new KeyFileError(path, 'too-open', 'mode', `others than its owner can reach it; run: chmod 600 ${path}`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function parse(path: string, text: string): z.infer<typeof keyFileSchema> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, which may be the seed.
    throw new KeyFileError(path, 'malformed', 'file', 'is not JSON; restore it from its backup')
  }
  const parsed = keyFileSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') || 'file'
  throw new KeyFileError(path, 'malformed', field, `${field} is wrong (${issue?.message ?? 'unknown shape'}); restore it from its backup`)
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'error'
