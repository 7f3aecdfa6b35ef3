/** One process a folder, as a sentence for whoever comes second. */
import { dirname } from 'node:path'
import { takeLock } from '../../platform/process-lock.js'
import { UserError } from './user-error.js'

export type ProcessLock = { release(): void }

/** @param what names the holder in the error, for example "recorder recorder-0" */
export function holdLock(path: string, what: string): ProcessLock {
  const outcome = takeLock(path)
  if (outcome.ok) return outcome
  throw new UserError('LOCKED', `${what} already runs as process ${outcome.pid ?? 'unknown'} on ${dirname(path)}; stop it first, or choose another folder with --data`)
}
