/** API keys: what a server keeps of one is its SHA-256, so that whoever reads the file cannot use it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { ROLES, type Role } from './roles.js'

const apiKeySchema = z.strictObject({
  /** Who uses it; in the audit trail. */
  name: z.string().regex(/^[A-Za-z0-9._@-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, underscores, @ and hyphens'),
  role: z.enum(ROLES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hex digits: the SHA-256 of the key'),
})
const fileSchema = z.array(apiKeySchema).max(1000)

export type ApiKey = z.output<typeof apiKeySchema>

export type KeysRead = { readonly ok: true; readonly keys: readonly ApiKey[] } | { readonly ok: false; readonly field: string; readonly sentence: string }

/** @param value the parsed file */
export function readApiKeys(value: unknown): KeysRead {
  const parsed = fileSchema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { ok: false, field: issue?.path.join('.') || 'file', sentence: issue?.message ?? 'must be a list of {name, role, sha256}' }
  }
  const names = parsed.data.map(({ name }) => name)
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i)
  if (twice !== -1) return { ok: false, field: `${twice}.name`, sentence: `${names[twice]} is there twice; each key has a name of its own` }
  return { ok: true, keys: parsed.data }
}

/** A key to be told once, and what the file keeps of it. */
export function newApiKey(name: string, role: Role): { readonly key: string; readonly entry: ApiKey } {
  const key = `cmk_${randomBytes(32).toString('base64url')}`
  return { key, entry: { name, role, sha256: hashOf(key).toString('hex') } }
}

/** Compares with every key in the same time, whichever it is. */
export function findApiKey(keys: readonly ApiKey[], given: string): ApiKey | undefined {
  const hash = hashOf(given)
  let found: ApiKey | undefined
  for (const key of keys) if (timingSafeEqual(Buffer.from(key.sha256, 'hex'), hash)) found = key
  return found
}

export const isSameSecret = (a: string, b: string): boolean => timingSafeEqual(hashOf(a), hashOf(b))

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()
