/** Reads a role's configuration file; every fault is one sentence that names the file and the field. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { parseGenesis, type Genesis } from '../../domain/genesis.js'
import { faultOfKeys } from '../shared/genesis-keys.js'
import { UserError } from '../shared/user-error.js'
import { roleSchemas, type RoleConfig, type RoleName } from './schema.js'

export function loadConfig<R extends RoleName>(role: R, path: string): RoleConfig<R> {
  const parsed = (roleSchemas[role] as z.ZodType).safeParse(readJson(path, 'configuration'))
  if (parsed.success) return withAbsolutePaths(parsed.data as Record<string, unknown>, dirname(resolve(path))) as RoleConfig<R>
  const issue = mostSpecific(parsed.error.issues[0])
  throw new UserError('BAD_CONFIG', `${path}: ${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'wrong shape'}; see docs/configuration.md`)
}

/** Of a field that may have several shapes, the fault of the shape that was meant: the one that came furthest. */
function mostSpecific(issue: z.core.$ZodIssue | undefined): Pick<z.core.$ZodIssue, 'path' | 'message'> | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const [deepest] = issue.errors.map(([first]) => mostSpecific(first)).filter((one) => one !== undefined).sort((a, b) => b.path.length - a.path.length)
  return deepest === undefined || deepest.path.length === 0 ? issue : { path: [...issue.path, ...deepest.path], message: deepest.message }
}

/** Throws GenesisError or UserError naming what is wrong; a key that is no sound Ed25519 key is refused here, before anything trusts it. */
export function loadGenesis(path: string): Genesis {
  const genesis = parseGenesis(readJson(path, 'genesis file'))
  const fault = faultOfKeys(genesis)
  if (fault !== undefined) throw new UserError('UNSOUND_KEYS', `the genesis file ${path} cannot be used: ${fault}`)
  return genesis
}

export function readJson(path: string, what: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError('UNREADABLE', `the ${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); check the path`)
  }
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError('NOT_JSON', `the ${what} ${path} is not JSON; restore it or write it again`)
  }
}

const PATH_FIELDS = new Set(['genesis', 'key', 'data', 'path', 'urlFile', 'caFile', 'flows', 'positionFile', 'apiKeysFile', 'operatorTokenFile', 'persistedOperationsFile', 'models', 'scoreModel', 'folder'])

export function withAbsolutePaths(value: Record<string, unknown>, folder: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([field, content]) => {
    if (PATH_FIELDS.has(field) && typeof content === 'string') return [field, resolve(folder, content)]
    if (typeof content === 'object' && content !== null && !Array.isArray(content)) return [field, withAbsolutePaths(content as Record<string, unknown>, folder)]
    return [field, content]
  }))
}
