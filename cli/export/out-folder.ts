/** The folder an export goes into: whole or not at all. It is made beside its place and put there when it is finished. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from '../../platform/sync-folder.js'
import { UserError } from '../shared/user-error.js'

/** Throws UserError NOT_EMPTY where something lies there. */
export function checkOutFolder(path: string): void {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory()) throw new UserError('NOT_EMPTY', `${path} is a file; name another folder with --out`)
  const [first] = readdirSync(path)
  if (first !== undefined) throw new UserError('NOT_EMPTY', `${path} is not empty, it holds ${first}; name another folder with --out, or empty it`)
}

/** @param beforePlacing what must have succeeded before anybody sees the folder */
export async function intoFolder<T>(path: string, make: (folder: string) => Promise<T>, beforePlacing: (made: T) => Promise<void>): Promise<T> {
  checkOutFolder(path)
  let folder: string
  try {
    mkdirSync(dirname(path), { recursive: true })
    folder = mkdtempSync(`${path}.incomplete-`)
  } catch (error) {
    throw new UserError('NO_FOLDER', `the folder ${path} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); name another with --out`)
  }
  try {
    const made = await make(folder)
    await beforePlacing(made)
    syncFolder(folder)
    renameSync(folder, path)
    syncFolder(dirname(path))
    return made
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
