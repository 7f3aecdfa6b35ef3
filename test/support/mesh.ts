/** Runs the built program as a person would: real processes, a data folder, kill -9. */
import { spawn, execFileSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Summary } from '../../cli/up/summary.js'

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname

export type Running = { readonly pid: number; readonly api: string; readonly postgres: number; readonly pids: Record<string, number>; readonly roles: Record<string, string> }

export type Up = {
  readonly child: ChildProcess
  /** What runs, once everything runs. Rejects with what was printed if the program ends before that. */
  ready(): Promise<Running>
  running(): Running
  /** Everything it told on stderr so far. */
  told(): string
  status(role: string): Promise<Record<string, unknown>>
  /** Ctrl-C; resolves with the summary. */
  interrupt(): Promise<Summary>
  /** The summary when it ends by itself. */
  finished(): Promise<Summary>
  /** kill -9 of every process of the mesh at once, PostgreSQL too. */
  killEverything(): Promise<void>
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'cybermesh-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export function cybermesh(...args: string[]): { code: number; stdout: string; stderr: string } {
  try {
    return { code: 0, stdout: execFileSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 }), stderr: '' }
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string }
    return { code: status, stdout, stderr }
  }
}

/** The same without waiting for it in place, and the most memory that it held, MB. */
export async function cybermeshMeasured(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string; peakMb: number }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  let peakMb = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const look = setInterval(() => { peakMb = Math.max(peakMb, highWaterMb(child.pid as number)) }, 100)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(look)
  return { code, stdout, stderr, peakMb }
}

function highWaterMb(pid: number): number {
  try {
    return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

export function startUp(data: string, ...args: string[]): Up {
  const child = spawn(process.execPath, [MAIN, 'up', '--data', data, '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const runFile = join(data, 'run', 'up.json')
  const running = (): Running => JSON.parse(readFileSync(runFile, 'utf8')) as Running

  const finished = async (): Promise<Summary> => {
    const code = await ended
    if (code !== 0) throw new Error(`up ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as Summary
  }
  return {
    child,
    async ready() {
      await until('the mesh is up', () => {
        if (child.exitCode !== null) throw new Error(`up ended with ${child.exitCode}: ${stderr}`)
        return existsSync(runFile) && running().pid === child.pid && running().pids['detector'] !== undefined
      }, 90_000)
      return running()
    },
    running,
    told: () => stderr,
    status: (role) => statusOf(running(), role),
    interrupt() {
      // A terminal signals the whole process group.
      process.kill(-(child.pid as number), 'SIGINT')
      return finished()
    },
    finished,
    async killEverything() {
      const { pids, postgres } = running()
      const all = [child.pid as number, ...Object.values(pids), ...childrenOf(postgres), postgres].filter((pid) => isOf(data, pid))
      for (const pid of all) kill(pid)
      await ended
      await until('every process is gone', () => all.every((pid) => !isAlive(pid)), 10_000)
    },
  }
}

export async function statusOf({ roles }: Running, role: string, withinMs = 30_000): Promise<Record<string, unknown>> {
  const response = await fetch(`${roles[role]}/status`, { signal: AbortSignal.timeout(withinMs) })
  return await response.json() as Record<string, unknown>
}

/** Where processes come and go by the thousand, the number of one that ended soon belongs to another, such as this test's. */
function isOf(data: string, pid: number): boolean {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    return command.includes(data) || /^(postgres:|\S*\/postgres\0)/.test(command)
  } catch {
    return false
  }
}

/** Throws for 0, which would be the whole group of whoever calls. */
export function kill(pid: number): void {
  if (!Number.isSafeInteger(pid) || pid <= 1) throw new RangeError(`kill: ${pid} is no process of a mesh`)
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Awaits a condition; throws with its name when the deadline passes. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
