/**
 * One process at a time holds a validator's memory: two copies of one key would vote twice. The lock is a file that
 * names its holder by process id, start time and boot, so a killed holder never blocks its own restart.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { SafetyRecordError } from './read.js'

/** Throws SafetyRecordError IN_USE while the holder lives. @returns releases the lock */
export function lockSafetyFile(path: string): () => void {
  const lock = `${path}.lock`
  const mine = holderName(process.pid)
  const candidate = `${lock}.${process.pid}`
  writeFileSync(candidate, mine)
  try {
    if (!tryLink(candidate, lock)) {
      removeStale(lock, path)
      if (!tryLink(candidate, lock)) throw inUse(path, readIfThere(lock) ?? 'unknown')
    }
  } finally {
    rmSync(candidate, { force: true })
  }
  return () => {
    if (readIfThere(lock) === mine) rmSync(lock, { force: true })
  }
}

/** A link either appears whole or not at all, whoever else tries at the same moment. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function removeStale(lock: string, path: string): void {
  const holder = readIfThere(lock)
  if (holder === undefined) return
  if (isAlive(holder)) throw inUse(path, holder)
  const aside = `${lock}.stale.${process.pid}`
  renameSync(lock, aside)
  const moved = readIfThere(aside)
  // Between reading and moving another process may have taken the lock: give it back.
  if (moved !== holder && moved !== undefined) tryLink(aside, lock)
  rmSync(aside, { force: true })
}

const isAlive = (holder: string): boolean => {
  const pid = Number(holder.split(' ')[0])
  return Number.isSafeInteger(pid) && pid > 0 && holderName(pid) === holder
}

/** `pid start boot`; a process id that was given out again has another start time. Without /proc, the pid alone. */
function holderName(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`)
  // The second field is the command in brackets and may hold spaces; the start time is the 20th after it.
  const start = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  if (start !== undefined) return `${pid} ${start} ${readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}`
  return existsProcess(pid) ? `${pid}` : 'gone'
}

function existsProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

const inUse = (path: string, holder: string): SafetyRecordError => new SafetyRecordError('IN_USE',
  `the safety record ${path} is held by process ${holder.split(' ')[0]}; one key must never run twice: stop that process first`)
