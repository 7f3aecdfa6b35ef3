/** Starts roles as processes, notices when one dies and starts it again, and stops them all. */
import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { giveWay } from '../../platform/give-way.js'
import { LONG_RUNNING } from '../../platform/node-flags.js'
import type { RoleName } from '../config/schema.js'
import { UserError } from '../shared/user-error.js'
import type { PlannedRole } from './plan.js'

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url))
/** On one machine these give way to consensus and to the recorder, which others wait for. */
const BEHIND: ReadonlySet<RoleName> = new Set(['detector', 'projector', 'api'])
const RESTART_AFTER_MS = 1000
const LONGEST_RESTART_MS = 15_000
/** A role that lived this long starts again without waiting longer than the last time. */
const SOUND_LIFE_MS = 20_000
const STOP_WITHIN_MS = 10_000

export type Processes = {
  /** Resolves when the role says that it is ready. Rejects with UserError when it cannot start at all: PORT_IN_USE, ROLE_FAILED. */
  start(role: PlannedRole, logPath: string): Promise<void>
  stop(name: string): Promise<void>
  stopAll(): Promise<void>
  pids(): Readonly<Record<string, number>>
  restarts(): Readonly<Record<string, number>>
}

type Entry = { readonly role: PlannedRole; readonly logPath: string; child: ChildProcess; isStopping: boolean; restarts: number; delayMs: number }

export function createProcesses(onDeath: (name: string, reason: string) => void): Processes {
  const entries = new Map<string, Entry>()

  const spawn = (entry: Pick<Entry, 'role' | 'logPath'>): ChildProcess => {
    const log = openSync(entry.logPath, 'a')
    const child = fork(MAIN, [entry.role.role, '--config', entry.role.configPath], {
      stdio: ['ignore', log, log, 'ipc'],
      execArgv: [...process.execArgv, ...LONG_RUNNING],
      // Ctrl-C reaches every process of a terminal's group; the roles must outlive it until `up` has settled and stops them.
      detached: true,
    })
    closeSync(log)
    if (child.pid !== undefined && BEHIND.has(entry.role.role)) giveWay(child.pid)
    return child
  }

  const watch = (entry: Entry): void => {
    const startedAt = Date.now()
    let sentence: string | undefined
    entry.child.on('message', (message: { type?: string; sentence?: string }) => { if (message.type === 'failed') sentence = message.sentence })
    entry.child.once('exit', (code, signal) => {
      if (entry.isStopping) return
      onDeath(entry.role.name, sentence ?? (signal === null ? `exit code ${code}` : `signal ${signal}`))
      if (Date.now() - startedAt > SOUND_LIFE_MS) entry.delayMs = RESTART_AFTER_MS
      setTimeout(() => {
        if (entry.isStopping) return
        entry.restarts += 1
        entry.delayMs = Math.min(entry.delayMs * 2, LONGEST_RESTART_MS)
        entry.child = spawn(entry)
        watch(entry)
      }, entry.delayMs)
    })
  }

  const stop = async (name: string): Promise<void> => {
    const entry = entries.get(name)
    if (entry === undefined) return
    entry.isStopping = true
    const { child } = entry
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
    await ended
    clearTimeout(timer)
  }

  return {
    async start(role, logPath) {
      const entry: Entry = { role, logPath, child: spawn({ role, logPath }), isStopping: false, restarts: 0, delayMs: RESTART_AFTER_MS }
      entries.set(role.name, entry)
      await new Promise<void>((resolve, reject) => {
        entry.child.on('message', (message: { type?: string; sentence?: string; code?: unknown }) => {
          if (message.type === 'ready') resolve()
          if (message.type === 'failed') reject(new UserError(message.code === 'PORT_IN_USE' ? message.code : 'ROLE_FAILED', message.sentence ?? `${role.name} cannot start; see ${logPath}`))
        })
        entry.child.once('exit', (code) => reject(new UserError('ROLE_FAILED', `${role.name} ended while starting (exit code ${code}); see ${logPath}`)))
      }).catch((error: unknown) => {
        entry.isStopping = true
        throw error
      })
      watch(entry)
    },
    stop,
    async stopAll() {
      await Promise.all([...entries.keys()].map(stop))
    },
    pids: () => Object.fromEntries([...entries].map(([name, { child }]) => [name, child.pid ?? 0])),
    restarts: () => Object.fromEntries([...entries].filter(([, entry]) => entry.restarts > 0).map(([name, entry]) => [name, entry.restarts])),
  }
}
