/**
 * After kill -9 of everything a postgres may live on without us, or leave a postmaster.pid behind. Both are cleared
 * here, but only after making sure that the process really is a postgres on exactly this database folder.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Stops a postgres that still runs on `pgdata` and removes a stale postmaster.pid. */
export async function stopLeftover(pgdata: string): Promise<void> {
  const lockFile = join(pgdata, 'postmaster.pid')
  if (!existsSync(lockFile)) return
  const pid = Number.parseInt(readFileSync(lockFile, 'utf8'), 10)
  if (Number.isSafeInteger(pid) && pid > 1 && isPostgresOn(pid, pgdata)) await endProcess(pid)
  // The number may belong to somebody else by now, and postgres would then refuse to start.
  rmSync(lockFile, { force: true })
}

/** Fast shutdown, then immediate, then force. */
export async function endProcess(pid: number): Promise<void> {
  for (const [signal, patienceMs] of [['SIGINT', 10_000], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]] as const) {
    if (!sendSignal(pid, signal)) return
    if (await isGoneWithin(pid, patienceMs)) return
  }
}

/** False when the process does not exist. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** False also for a process that ended and that nobody has collected yet, as in containers without an init. */
export const isRunning = (pid: number): boolean => sendSignal(pid, 0) && !isZombie(pid)

function isPostgresOn(pid: number, pgdata: string): boolean {
  if (!isRunning(pid)) return false
  const folder = realpathSync(pgdata)
  try {
    // A postmaster's working folder is its database.
    return basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('postgres') && readlinkSync(`/proc/${pid}/cwd`) === folder
  } catch {
    return commandOf(pid).includes(folder)
  }
}

function commandOf(pid: number): string {
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return command.includes('postgres') ? command : ''
  } catch {
    return ''
  }
}

async function isGoneWithin(pid: number, patienceMs: number): Promise<boolean> {
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    if (!isRunning(pid)) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}
