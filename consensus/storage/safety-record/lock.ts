/** One process at a time holds a validator's memory: two copies of one key would vote twice. */
import { takeLock } from '../../../platform/process-lock.js'
import { SafetyRecordError } from './read.js'

/** Throws SafetyRecordError IN_USE while the holder lives. @returns releases the lock */
export function lockSafetyFile(path: string): () => void {
  const outcome = takeLock(`${path}.lock`)
  if (outcome.ok) return outcome.release
  throw new SafetyRecordError('IN_USE', `the safety record ${path} is held by process ${outcome.pid ?? 'unknown'}; one key must never run twice: stop that process first`)
}
