/** Files that a person names: what cannot be read or written is said in one sentence. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { UserError } from '../shared/user-error.js'

/** @param limit most bytes that are read */
export function readBytes(path: string, what: string, limit: number): Uint8Array {
  try {
    const { size } = statSync(path)
    if (size > limit) throw new UserError('TOO_LARGE', `${path} has ${size} bytes, ${what} has at most ${limit}; name the right file`)
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError('NO_FILE', `${what} ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`)
  }
}

export function writeBytes(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes)
  } catch (error) {
    throw new UserError('NO_FILE', `${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}); name a file in a folder that is there`)
  }
}
