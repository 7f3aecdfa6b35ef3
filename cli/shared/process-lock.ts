/** One process a folder: a lock file with the holder's pid, taken over only when that process is gone. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from './user-error.js'

export type ProcessLock = { release(): void }

/** @param what names the holder in the error, for example "validator validator-0" */
export function holdLock(path: string, what: string): ProcessLock {
  mkdirSync(dirname(path), { recursive: true })
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, `${process.pid} ${startTimeOf(process.pid) ?? ''}\n`)
      closeSync(file)
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      const holder = readHolder(path)
      if (holder !== undefined && isAlive(holder)) {
        throw new UserError('LOCKED', `${what} already runs as process ${holder.pid} on ${dirname(path)}; stop it first, or choose another folder with --data`)
      }
      rmSync(path, { force: true })
    }
  }
  throw new UserError('LOCKED', `${path} cannot be taken; another process is starting on the same folder`)
}

/** The living process that holds the lock, if any. */
export function lockHolder(path: string): number | undefined {
  const holder = readHolder(path)
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined
}

type Holder = { readonly pid: number; readonly startTime: string }

function readHolder(path: string): Holder | undefined {
  try {
    const [pid, startTime] = readFileSync(path, 'utf8').trim().split(' ')
    return pid === undefined || !/^\d+$/.test(pid) ? undefined : { pid: Number(pid), startTime: startTime ?? '' }
  } catch {
    return undefined
  }
}

/** A pid is used again after a while; its start time tells the two processes apart. */
function isAlive({ pid, startTime }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const actual = startTimeOf(pid)
  return actual === undefined || startTime === '' || actual === startTime
}

/** Clock ticks since boot, where the system tells them. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
