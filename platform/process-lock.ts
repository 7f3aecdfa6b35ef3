/**
 * One process at a time: a lock file that names its holder by process id, start time and boot, so that a holder that
 * was killed never blocks its own restart, and a process id given out again is not taken for it.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export type LockOutcome =
  | { readonly ok: true; readonly release: () => void }
  /** `pid` is undefined where the holder came and went while we looked. */
  | { readonly ok: false; readonly pid: number | undefined }

export function takeLock(path: string): LockOutcome {
  mkdirSync(dirname(path), { recursive: true })
  const mine = holderName(process.pid)
  const candidate = `${path}.${process.pid}`
  writeFileSync(candidate, mine, { mode: 0o600 })
  try {
    if (!tryLink(candidate, path)) {
      const holder = lockHolder(path)
      if (holder !== undefined) return { ok: false, pid: holder }
      removeStale(path)
      if (!tryLink(candidate, path)) return { ok: false, pid: lockHolder(path) }
    }
  } finally {
    rmSync(candidate, { force: true })
  }
  return { ok: true, release: () => { if (readIfThere(path) === mine) rmSync(path, { force: true }) } }
}

/** Process id of the living holder. */
export function lockHolder(path: string): number | undefined {
  const holder = readIfThere(path)
  return holder !== undefined && isAlive(holder) ? pidOf(holder) : undefined
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

function removeStale(path: string): void {
  const holder = readIfThere(path)
  if (holder === undefined) return
  const aside = `${path}.stale.${process.pid}`
  renameSync(path, aside)
  const moved = readIfThere(aside)
  // Between reading and moving another process may have taken the lock: give it back.
  if (moved !== holder && moved !== undefined) tryLink(aside, path)
  rmSync(aside, { force: true })
}

const pidOf = (holder: string): number => Number(holder.split(' ')[0])

function isAlive(holder: string): boolean {
  const pid = pidOf(holder)
  return Number.isSafeInteger(pid) && pid > 0 && holderName(pid) === holder
}

/** `pid start boot`; without /proc, the pid alone. */
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
