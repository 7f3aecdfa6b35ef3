/**
 * The models that lie in some folders, by the hash of their files. Files are hashed when they are first seen and read when
 * their model is asked for. Invariant: what it gives under a hash was made of bytes with that hash.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { MAX_MODEL_BYTES } from '../domain/models/tree-model.js'
import { readModel } from '../domain/scoring/read-model.js'
import type { FindModel, ScoringModel } from '../domain/scoring/scoring-model.js'
import { packageFile } from './package-root.js'

export type ModelShelf = {
  readonly folders: readonly string[]
  readonly find: FindModel
  /** Hashes of the files that lie there, models or not. */
  held(): readonly string[]
}

/** The folder of the models that ship with the program. */
export const shippedModels = (): string => packageFile('detector', 'models', 'shipped')

/** A file that an operator puts there is seen after at most this long. */
const LOOK_EVERY_MS = 2000
/** A folder of other things must not be read from end to end. */
const MAX_FILES = 256

/**
 * @param onFault hears, once a file, why it cannot be used
 * @param nowMs of a clock that only runs forward
 */
export function openModelShelf(folders: readonly string[], onFault: (sentence: string) => void = () => undefined, nowMs: () => number = () => performance.now()): ModelShelf {
  const pathOf = new Map<string, string>()
  const models = new Map<string, ScoringModel | undefined>()
  /** Path, size and time of change of each file that was hashed. */
  const seen = new Set<string>()
  let lookedAt = -Infinity

  const look = (): void => {
    lookedAt = nowMs()
    for (const path of folders.flatMap(filesIn)) {
      try {
        const { size, mtimeMs } = statSync(path)
        const key = `${path} ${size} ${mtimeMs}`
        if (seen.has(key)) continue
        seen.add(key)
        if (size > MAX_MODEL_BYTES) onFault(`${path} is larger than ${MAX_MODEL_BYTES} bytes and is not looked at`)
        else pathOf.set(hashOf(readFileSync(path)), path)
      } catch (error) {
        onFault(`${path} cannot be read: ${(error as Error).message}`)
      }
    }
  }

  const load = (hash: string, path: string): ScoringModel | undefined => {
    try {
      const bytes = readFileSync(path)
      // It may have been written to since it was hashed.
      if (hashOf(bytes) !== hash) {
        pathOf.delete(hash)
        return undefined
      }
      return readModel(bytes)
    } catch (error) {
      onFault(`${path} is no model that scores can be checked with: ${(error as Error).message}`)
      return undefined
    }
  }

  look()
  return {
    folders,
    find(hash) {
      if (models.has(hash)) return models.get(hash)
      if (!pathOf.has(hash) && nowMs() - lookedAt >= LOOK_EVERY_MS) look()
      const path = pathOf.get(hash)
      if (path === undefined) return undefined
      const model = load(hash, path)
      if (pathOf.has(hash)) models.set(hash, model)
      return model
    },
    held: () => [...pathOf.keys()].sort(),
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Those that lie in it and in its folders, one level deep. Empty where there is no such folder: whoever has none holds no models. */
function filesIn(folder: string): readonly string[] {
  const entries = entriesOf(folder)
  const below = entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => entriesOf(join(folder, name)).map((entry) => ({ entry, path: join(folder, name, entry.name) })))
  const all = [...entries.map((entry) => ({ entry, path: join(folder, entry.name) })), ...below]
  return all.filter(({ entry }) => entry.isFile()).map(({ path }) => path).sort().slice(0, MAX_FILES)
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
