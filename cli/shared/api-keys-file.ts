/** The file of API keys: read again when it changes, so that a key taken out of it is refused without a restart. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { newApiKey, readApiKeys, type ApiKey, type Role } from '../../graphql/index.js'
import { UserError } from './user-error.js'
import { writeAtomic } from './write-atomic.js'

const LOOK_EVERY_MS = 1000

/** Throws UserError where the file cannot be used. Later, a file that became wrong lets nobody in until it is mended. */
export function watchApiKeys(path: string, onWrong: (sentence: string) => void): () => readonly ApiKey[] {
  let keys = loadApiKeys(path)
  let seen = stampOf(path)
  let lookedAt = performance.now()
  return () => {
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return keys
    lookedAt = performance.now()
    const stamp = stampOf(path)
    if (stamp === seen) return keys
    seen = stamp
    try {
      keys = loadApiKeys(path)
    } catch (error) {
      keys = []
      onWrong((error as Error).message)
    }
    return keys
  }
}

export function loadApiKeys(path: string): readonly ApiKey[] {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UserError('BAD_API_KEYS', `the file of API keys ${path} cannot be read (${error instanceof SyntaxError ? 'not JSON' : (error as NodeJS.ErrnoException).code ?? 'unknown reason'}); make one with \`cybermesh keys new-api\``)
  }
  const read = readApiKeys(value)
  if (!read.ok) throw new UserError('BAD_API_KEYS', `${path}: ${read.field}: ${read.sentence}`)
  return read.keys
}

/** Adds a key and returns it: it is told this once, the file keeps its hash. */
export function addApiKey(path: string, name: string, role: Role): string {
  const keys = existsSync(path) ? loadApiKeys(path) : []
  if (keys.some((key) => key.name === name)) throw new UserError('NAME_TAKEN', `${path} has a key named ${name}; revoke it first with \`cybermesh keys revoke-api\`, or take another name`)
  const { key, entry } = newApiKey(name, role)
  const read = readApiKeys([...keys, entry])
  if (!read.ok) throw new UserError('BAD_OPTION', `--${read.field.split('.').at(-1)}: ${read.sentence}`)
  write(path, read.keys)
  return key
}

export function removeApiKey(path: string, name: string): void {
  const keys = loadApiKeys(path)
  if (!keys.some((key) => key.name === name)) throw new UserError('NO_KEY', `${path} has no key named ${name}; it has ${keys.map((key) => key.name).join(', ') || 'none'}`)
  write(path, keys.filter((key) => key.name !== name))
}

const write = (path: string, keys: readonly ApiKey[]): void => writeAtomic(path, `${JSON.stringify(keys, null, 2)}\n`, 0o600)

function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return 'gone'
  }
}
